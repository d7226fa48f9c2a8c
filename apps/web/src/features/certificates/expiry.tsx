import { OutcomePill } from "../../ui/outcome-pill.tsx";

const day = 86_400_000;
/** As the gateway's own warning. */
const soonDays = 21;

/** How long a certificate still serves. */
export const Expiry = ({ validTo }: { readonly validTo: string }) => {
  const days = Math.floor((new Date(validTo).getTime() - Date.now()) / day);
  if (days < 0) return <OutcomePill tone="error">Expired</OutcomePill>;
  if (days < soonDays) return <OutcomePill tone="defer">{`${days} days left`}</OutcomePill>;
  return <OutcomePill tone="accept">{`${days} days left`}</OutcomePill>;
};
