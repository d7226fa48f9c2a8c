const clientIsGone = new Error("The client is gone.");

/** Whether the client is gone. Its signal is made when somebody waits with it. */
export class Departure {
  #controller: AbortController | null = null;
  #isOver = false;

  get isOver(): boolean {
    return this.#isOver;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isOver) this.#controller.abort(clientIsGone);
    return this.#controller.signal;
  }

  tell(): void {
    this.#isOver = true;
    this.#controller?.abort(clientIsGone);
  }
}
