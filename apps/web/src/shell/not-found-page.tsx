import { EmptyState } from "../ui/empty-state.tsx";
import { LinkButton } from "../ui/links.tsx";
import { useDocumentTitle } from "../ui/page.tsx";

export const NotFoundPage = () => {
  useDocumentTitle("Not found");
  return (
    <EmptyState
      title="There is no such page"
      action={
        <LinkButton to="/" variant="default">
          To the first page
        </LinkButton>
      }
    >
      The address may be mistyped, or what it named was removed.
    </EmptyState>
  );
};
