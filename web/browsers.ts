// The browsers that the page and the report are built for.
import type { BuildOptions } from 'vite';

export const BROWSERS: Pick<BuildOptions, 'target' | 'cssTarget'> = {
  target: 'es2022',
  // The first that know `light-dark()`.
  cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
};
