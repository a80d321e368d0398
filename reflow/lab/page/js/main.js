// The page: the address says which view is shown, the lab says when there is something new.

import { Compare } from "./compare.js";
import { Dashboard } from "./dashboard.js";
import { Frame } from "./frame.js";
import { GraphView } from "./graph_view.js";
import { listenToKeys, showKeys } from "./keys.js";
import { Notices } from "./notices.js";
import { Pace } from "./pace.js";
import * as preferences from "./preferences.js";
import { RunData } from "./run_data.js";
import { RunList } from "./run_list.js";
import { GoneError, openSource } from "./source.js";
import { Wall } from "./wall.js";

// Milliseconds until what was not answered is asked again.
const RETRY = 2000;
const NEVER_THERE = "There is no run of this name in the lab's directory.";
const GONE = "The directory of this run is gone. What is shown is what was read last.";
const AWAY =
  "The lab does not answer: it has ended, or its machine is away. Trying again … " +
  "If it was started anew at another port, open the address that it printed then.";
const VIEWS = { "": Dashboard, wall: Wall, graph: GraphView };

class App {
  constructor() {
    this.source = openSource();
    this.notices = new Notices();
    this.runs = new Map();
    this.view = null;
    this.pace = new Pace(
      () => this.#update(),
      (error) => this.failed(error),
    );
    this.frame = new Frame(this.notices, () => showKeys(this.view.keys()));
    document.body.append(this.frame.element);
    listenToKeys(() => this.view.keys());
    addEventListener("hashchange", () => this.route());
    this.route();
    this.frame.connected(this.source.embedded ? null : false);
    this.tell = this.source.listen(
      (changed, list) => this.#changed(changed, list),
      (is) => this.#connected(is),
    );
    this.tell(this.view.runs);
  }

  /** Wants the view to be drawn anew, soon. */
  ask() {
    this.pace.ask();
  }

  /** One for each run: what was fetched for one of its views serves the others. */
  data(id) {
    if (!this.runs.has(id)) this.runs.set(id, new RunData(this.source, id));
    return this.runs.get(id);
  }

  /** Shows the view that the address names. */
  route() {
    const [path, query = ""] = location.hash.slice(1).split("?");
    const [place, id, view = ""] = path.split("/").slice(1).map(decodeURIComponent);
    this.view?.stop();
    for (const matter of ["gone", "error", "lost", "remarks", "not finite", "failed"])
      this.notices.set(matter, null);
    this.view = this.#made(place, id, view, new URLSearchParams(query));
    this.frame.show(this.view.element);
    this.tell?.(this.view.runs);
    this.ask();
  }

  #made(place, id, view, query) {
    if (this.source.embedded && !place) {
      const run = this.source.data.description.run.id;
      return new Dashboard(this, this.data(run));
    }
    if (place === "run" && id && view === "curves") return new Compare(this, [this.data(id)]);
    if (place === "run" && id && VIEWS[view]) return new VIEWS[view](this, this.data(id));
    if (place === "compare") {
      const ids = (query.get("ids") ?? "").split(",").filter(Boolean).map(decodeURIComponent);
      return new Compare(
        this,
        ids.map((one) => this.data(one)),
      );
    }
    return new RunList(this);
  }

  /** Tells what went wrong; the view keeps what it shows. */
  failed(error) {
    if (error instanceof GoneError) {
      const gone = this.view.data?.run === null ? NEVER_THERE : GONE;
      this.notices.set("gone", gone, { level: "warning" });
    } else if (error instanceof TypeError && /fetch/i.test(error.message)) {
      // Where the lab is away, the connection tells so and asks again when it is back.
      if (!this.wasLost) setTimeout(() => this.ask(), RETRY);
    } else {
      console.error(error);
      this.notices.set("failed", `That did not work: ${error.message}`, { level: "error" });
    }
  }

  async #update() {
    const { view } = this;
    try {
      await view.update();
    } catch (error) {
      if (view === this.view) throw error;
    }
    // The reader may have gone on to another view meanwhile.
    if (view !== this.view) return;
    this.notices.set("gone", null);
    this.notices.set("failed", null);
    document.title = view.title ? `${view.title} – reflow lab` : "reflow lab";
  }

  #changed(changed, list) {
    const shown = this.view.runs.some((id) => id in changed);
    if (shown || (list && this.view.followsList)) this.ask();
  }

  #connected(is) {
    this.frame.connected(is);
    if (is && this.wasLost) {
      this.notices.set("connection", "The lab answers again.", { seconds: 4 });
      this.ask();
    }
    if (!is && !this.wasLost && this.everConnected) {
      this.notices.set("connection", AWAY, { level: "warning" });
    }
    this.wasLost = !is && this.everConnected;
    this.everConnected ||= is;
  }
}

preferences.apply();
new App();
