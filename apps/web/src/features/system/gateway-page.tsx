/** What exists once: how the gateway calls itself, how long it remembers, whom it asks. */
import { ObjectPage } from "../settings-objects/object-page.tsx";

export const GatewayPage = () => <ObjectPage kind="gateway" id="gateway" idHelp="" />;
