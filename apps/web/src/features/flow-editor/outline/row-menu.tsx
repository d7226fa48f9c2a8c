import { ActionIcon, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import * as command from "../commands.ts";
import { useDraft, useEditorStore } from "../editor-context.tsx";
import { runCommand } from "../run-command.ts";

/** Every action on a block, for those who use no keys. */
export const RowMenu = ({ id }: { readonly id: string }) => {
  const store = useEditorStore();
  const draft = useDraft();
  const choose = (act: () => void) => () => {
    store.getState().select([id]);
    act();
  };
  const node = draft.flow.nodes[id];
  return (
    <Menu position="bottom-end" returnFocus={false}>
      <Menu.Target>
        <ActionIcon
          size="sm"
          tabIndex={-1}
          aria-label={`Actions for ${command.titleOf(draft, id)}`}
        >
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={choose(() => store.getState().openInspector("settings"))}>
          Settings
        </Menu.Item>
        <Menu.Item onClick={choose(() => runCommand(store, "add-after"))}>Add after</Menu.Item>
        <Menu.Item onClick={choose(() => runCommand(store, "add-before"))}>Add before</Menu.Item>
        <Menu.Item
          onClick={choose(() =>
            store.getState().set({ dialog: { kind: "connect", source: id, outcome: null } }),
          )}
        >
          Connect
        </Menu.Item>
        <Menu.Item onClick={choose(() => command.moveAlongChain(store, "up"))}>Move up</Menu.Item>
        <Menu.Item onClick={choose(() => command.moveAlongChain(store, "down"))}>
          Move down
        </Menu.Item>
        <Menu.Item
          onClick={choose(() => store.getState().set({ dialog: { kind: "rename", node: id } }))}
        >
          Rename
        </Menu.Item>
        <Menu.Item onClick={choose(() => command.toggleDisabled(store))}>
          {node?.disabled === true ? "Switch on" : "Switch off"}
        </Menu.Item>
        <Menu.Item onClick={choose(() => command.duplicateChosen(store))}>Duplicate</Menu.Item>
        <Menu.Divider />
        <Menu.Item
          c="var(--severity-error)"
          onClick={choose(() => command.deleteSelection(store, true))}
        >
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};
