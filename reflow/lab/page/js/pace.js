// When to draw: once per frame at most, never twice at the same time, and not at all while nobody
// looks.  A tab that comes back to the front catches up at once.

export class Pace {
  #update;
  #failed;
  #busy = false;
  #again = false;
  #stopped = false;

  /** update: an async function; failed: hears of what it throws. */
  constructor(update, failed) {
    this.#update = update;
    this.#failed = failed;
    this.visible = () => {
      if (!document.hidden && this.#again) this.ask();
    };
    document.addEventListener("visibilitychange", this.visible);
  }

  /** Asks for an update, soon. */
  ask() {
    if (this.#stopped) return;
    if (this.#busy || document.hidden) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    this.#again = false;
    requestAnimationFrame(async () => {
      try {
        if (!this.#stopped) await this.#update();
      } catch (error) {
        if (!this.#stopped) this.#failed(error);
      }
      this.#busy = false;
      if (this.#again) this.ask();
    });
  }

  stop() {
    this.#stopped = true;
    document.removeEventListener("visibilitychange", this.visible);
  }
}
