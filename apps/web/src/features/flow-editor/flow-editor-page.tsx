export const FlowEditorPage = () => null;
