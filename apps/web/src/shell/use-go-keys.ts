import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { navigation } from "./navigation.ts";

const places = new Map(
  navigation.flatMap(({ entries }) =>
    entries.flatMap(({ goKey, to }) => (goKey ? [[goKey, to] as const] : [])),
  ),
);

/** Whether single letters belong to what has the focus: a field, an editor, a canvas. */
export const takesLetters = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest(
    "input, textarea, select, [contenteditable=true], [role=application], [role=grid], [role=treegrid], [role=dialog]",
  ) !== null;

/** G and then a letter leads to a page. */
export const useGoKeys = (): void => {
  const navigate = useNavigate();
  useEffect(() => {
    let until = 0;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || takesLetters(event.target)) return;
      if (event.key === "g") until = event.timeStamp + 1200;
      else {
        const to = event.timeStamp < until ? places.get(event.key) : undefined;
        until = 0;
        if (to === undefined) return;
        event.preventDefault();
        void navigate({ to });
      }
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [navigate]);
};
