// Paths of source files, put together as llvm-symbolizer does. They are shown, and never opened.

/** Appends one to the other with a single slash between them. */
function join(path: string, component: string): string {
  if (component === '') return path;
  if (path === '') return component;
  if (path.endsWith('/')) return path + component.replace(/^\/+/, '');
  return component.startsWith('/') ? path + component : `${path}/${component}`;
}

/** Also of Windows, whose compilers' debug information may be in an ELF file. */
function isAbsolute(path: string): boolean {
  return /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(path);
}

/** `compilationFolder`: what a relative folder is relative to. */
export function sourcePath(compilationFolder: string, folder: string, name: string): string {
  if (isAbsolute(name)) return name;
  return join(isAbsolute(folder) ? folder : join(compilationFolder, folder), name);
}
