// The part of d3-flame-graph 5 and d3-selection 3 that flame-chart.ts uses; neither ships types.

declare module 'd3-flame-graph' {
  /** A node of d3-hierarchy, with what the chart adds. `T` is the datum. */
  export interface ChartNode<T> {
    data: T;
    parent: ChartNode<T> | null;
    children?: ChartNode<T>[];
    descendants(): ChartNode<T>[];
  }

  /** Called once with the svg's selection, then through its methods. */
  export interface ChartTooltip<T> {
    (svg: unknown): void;
    show(event: MouseEvent, node: ChartNode<T>): void;
    hide(): void;
  }

  export interface FlameGraph<T> {
    (selection: unknown): void;
    width(px: number): this;
    /** Null: as high as the deepest frame needs. */
    height(px: number | null): this;
    cellHeight(px: number): this;
    minFrameSize(px: number): this;
    transitionDuration(ms: number): this;
    /** True: the root on top (icicle). */
    inverted(inverted: boolean): this;
    tooltip(tooltip: ChartTooltip<T>): this;
    /** Text of a frame's label. */
    getName(name: (node: ChartNode<T>) => string): this;
    setColorMapper(mapper: (node: ChartNode<T>, original: string) => string): this;
    setDetailsHandler(handler: (text: string | null) => void): this;
    onClick(handler: (node: ChartNode<T>) => void): this;
    zoomTo(node: ChartNode<T>): void;
    resetZoom(): void;
    update(data?: T): this;
  }

  export default function flamegraph<T>(): FlameGraph<T>;
}

declare module 'd3-selection' {
  export interface Selection<T> {
    datum(): T;
    datum<U>(data: U): Selection<U>;
    call(f: (selection: Selection<T>) => void): this;
  }
  /** The class of all selections; d3-transition adds its method to it. */
  export const selection: { prototype: object };
  export function select<T>(element: Element): Selection<T>;
}
