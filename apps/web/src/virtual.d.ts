declare module "virtual:block-icons" {
  import type { Icon } from "@tabler/icons-react";

  export const blockIcons: Readonly<Record<string, Icon>>;
}
