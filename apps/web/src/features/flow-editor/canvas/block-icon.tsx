import { blockIcons } from "virtual:block-icons";
import { IconHelpCircle } from "@tabler/icons-react";
import { useState } from "react";
import { useIconAddress } from "./icon-address.ts";

type Props = {
  readonly name: string;
  /** Address of a picture of the administrator's own; shown from the gateway's copy, never from there. */
  readonly url?: string | undefined;
  readonly size?: number;
};

/** The icon of a block; a picture that cannot be shown leaves the block's own in its place. */
export const BlockIcon = ({ name, url, size = 20 }: Props) => {
  const Icon = blockIcons[name] ?? IconHelpCircle;
  const address = useIconAddress(url);
  const [broken, setBroken] = useState<string | null>(null);
  if (address === null || broken === address) return <Icon size={size} stroke={1.6} aria-hidden />;
  return (
    <img
      src={address}
      alt=""
      width={size}
      height={size}
      style={{ objectFit: "contain" }}
      onError={() => setBroken(address)}
    />
  );
};
