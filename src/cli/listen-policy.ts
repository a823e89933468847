// Profiles tell what a host does: nobody beyond it may ask without being let in.

/** Why an address may not be listened on, or null where it may. */
export function refusal(listen: string, insecure: boolean): string | null {
  const host = listen.slice(0, listen.lastIndexOf(':'));
  const loopback = host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
  if (loopback || insecure) return null;
  return `listening on ${listen} would show this host's profiles to the network; use 127.0.0.1, or --insecure to do it all the same`;
}
