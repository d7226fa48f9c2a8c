import { createContext } from "react";

/** The id of the flow in the editor. */
export const FlowIdContext = createContext("");
