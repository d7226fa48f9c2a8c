import { Component, type ErrorInfo, type ReactNode } from "react";

type Props = {
  readonly fallback: (reset: () => void) => ReactNode;
  readonly children: ReactNode;
};

/** Keeps a fault of one part from taking the page along. */
export class ErrorBoundary extends Component<Props, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    if (this.state.failed) return this.props.fallback(() => this.setState({ failed: false }));
    return this.props.children;
  }
}
