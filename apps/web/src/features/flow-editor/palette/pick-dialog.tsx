/** A list to type into and choose from: add a block, find one, connect to one. */
import { Modal, TextInput } from "@mantine/core";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import "./pick-dialog.css";

export type Choice = {
  readonly id: string;
  readonly title: string;
  readonly detail?: string;
  readonly icon?: ReactNode;
  /** Why it cannot be chosen. */
  readonly refusal?: string | null;
};

type Props = {
  readonly title: string;
  readonly placeholder: string;
  readonly choices: (query: string) => readonly Choice[];
  readonly onPick: (id: string) => void;
  readonly onClose: () => void;
  readonly none: string;
};

export const PickDialog = ({ title, placeholder, choices, onPick, onClose, none }: Props) => {
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const found = choices(query);
  const current = Math.min(active, Math.max(0, found.length - 1));
  useEffect(() => {
    list.current?.children[current]?.scrollIntoView({ block: "nearest" });
  }, [current]);
  const pick = (choice: Choice | undefined): void => {
    if (choice !== undefined && choice.refusal == null) onPick(choice.id);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && found.length > 0) {
      event.preventDefault();
      setActive((current + step + found.length) % found.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      pick(found[current]);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size="md"
      returnFocus
      yOffset="12vh"
      centered={false}
    >
      <TextInput
        data-autofocus
        placeholder={placeholder}
        aria-label={placeholder}
        role="combobox"
        aria-expanded
        aria-controls={id}
        aria-autocomplete="list"
        {...(found.length > 0 && { "aria-activedescendant": `${id}-${current}` })}
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={id} role="listbox" aria-label={title} className="pick-list" ref={list}>
        {found.map((choice, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the field's
          // biome-ignore lint/a11y/useFocusableInteractive: as above
          <div
            key={choice.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === current}
            aria-disabled={choice.refusal != null}
            className="pick-choice"
            data-active={index === current || undefined}
            onMouseMove={() => setActive(index)}
            onClick={() => pick(choice)}
          >
            {choice.icon}
            <span>
              {choice.title}
              <small>{choice.refusal ?? choice.detail}</small>
            </span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="pick-none">{none}</p>}
    </Modal>
  );
};
