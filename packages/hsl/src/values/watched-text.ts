/**
 * A text that a pattern's engine reads character by character, and that may say "enough":
 * the engine cannot be stopped from outside, but it has to ask for each character.
 */
const readsBetweenLooks = 512;

export class WatchedText extends String {
  private readonly text: string;
  private readonly look: (reads: number) => void;
  private left = readsBetweenLooks;

  constructor(text: string, look: (reads: number) => void) {
    super(text);
    this.text = text;
    this.look = look;
  }

  override charCodeAt(index: number): number {
    this.left -= 1;
    if (this.left <= 0) {
      this.left = readsBetweenLooks;
      this.look(readsBetweenLooks);
    }
    return this.text.charCodeAt(index);
  }
}
