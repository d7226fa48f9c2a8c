import { type ComponentType, createContext } from "react";
import type { WidgetProps } from "./widget-props.ts";

/** How lists draw what they hold, without importing the table of widgets they are in. */
export const WidgetContext = createContext<ComponentType<WidgetProps>>(() => null);
