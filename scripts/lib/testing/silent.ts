import type { Progress } from "../run/progress.ts";

/** Steps of which nothing is printed. */
export const silent: Progress = {
  step: (_name, action) => action(() => {}),
  extend: () => {},
  done: () => {},
};
