// As much of an OpenAPI description as requests are made from.
export interface Schema {
  type?: string;
  enum?: (string | number)[];
  example?: unknown;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, Schema>;
  $ref?: string;
}

export interface Parameter {
  name: string;
  in: 'query' | 'path';
  schema: Schema;
}

export interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, object>;
}

export interface Description {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

export interface Route {
  method: string;
  /** With `{name}` where a parameter is. */
  path: string;
  operation: Operation;
}

export function routesOf({ paths }: Description): Route[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** The schema itself, where it is told by name. */
export function resolved({ components }: Description, schema: Schema): Schema {
  const name = /^#\/components\/schemas\/(.*)$/.exec(schema.$ref ?? '')?.[1];
  return name === undefined ? schema : (components?.schemas?.[name] ?? {});
}
