import {
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
  type MantineThemeOverride,
} from "@mantine/core";

const sluice: MantineColorsTuple = [
  "#eaf2fb",
  "#d3e3f6",
  "#a6c8ec",
  "#74abe1",
  "#5b9cdc",
  "#2f7fce",
  "#1c70be",
  "#1864ab",
  "#12508a",
  "#0c3a66",
];

const gray: MantineColorsTuple = [
  "#f7f8fa",
  "#eef0f3",
  "#e3e6eb",
  "#d6dae0",
  "#c3c9d1",
  "#a0a8b3",
  "#868e99",
  "#5a6472",
  "#3b434f",
  "#22272f",
];

const dark: MantineColorsTuple = [
  "#dde2ea",
  "#c0c8d3",
  "#a0aab8",
  "#7b8594",
  "#39414d",
  "#2d343e",
  "#1f242c",
  "#15181e",
  "#101318",
  "#0a0c10",
];

export const theme: MantineThemeOverride = createTheme({
  primaryColor: "sluice",
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  colors: { sluice, gray, dark },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "18px" },
  lineHeights: { xs: "1.4", sm: "1.45", md: "1.45", lg: "1.5", xl: "1.5" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "20px", xl: "28px" },
  radius: { xs: "4px", sm: "6px", md: "8px", lg: "10px", xl: "14px" },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "22px", lineHeight: "1.3" },
      h2: { fontSize: "17px", lineHeight: "1.35" },
      h3: { fontSize: "15px", lineHeight: "1.4" },
    },
  },
  components: {
    Button: { defaultProps: { size: "sm" } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: "lg" } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true, multiline: true, maw: 320 } },
    Modal: {
      defaultProps: {
        closeButtonProps: { "aria-label": "Close" },
        styles: {
          content: { background: "var(--surface)" },
          header: { background: "var(--surface)" },
          title: { fontWeight: 600, fontSize: 16 },
        },
        centered: true,
        overlayProps: { backgroundOpacity: 0.35 },
        transitionProps: { duration: 120 },
      },
    },
    Drawer: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    // Their heads are <header> elements, which would be a second banner of the page.
    ModalHeader: { defaultProps: { role: "presentation" } },
    DrawerHeader: { defaultProps: { role: "presentation" } },
    Menu: { defaultProps: { shadow: "md", transitionProps: { duration: 100 } } },
    Switch: { defaultProps: { size: "sm" } },
    Badge: { defaultProps: { variant: "light", radius: "sm", tt: "none", fw: 600 } },
  },
});

/** Dimmed words and outlines that pass AA in each scheme. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#f7f8fa",
    "--mantine-color-dimmed": "#5a6472",
    "--mantine-color-placeholder": "#66707d",
    "--mantine-color-anchor": "#1864ab",
    "--mantine-color-error": "#b3261e",
    "--mantine-color-default-border": "#c3c9d1",
  },
  dark: {
    "--mantine-color-dimmed": "#a0aab8",
    "--mantine-color-placeholder": "#8f99a7",
    "--mantine-color-anchor": "#8ec5ff",
    "--mantine-color-error": "#ff8a80",
    "--mantine-color-default-border": "#39414d",
  },
});
