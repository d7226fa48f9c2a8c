import { SidePanel } from "../../ui/side-panel.tsx";
import { WhichFlow } from "./which-flow.tsx";

export const WhichFlowPanel = ({ onClose }: { readonly onClose: () => void }) => (
  <SidePanel title="Which flow runs?" onClose={onClose}>
    <WhichFlow />
  </SidePanel>
);
