// Starts a report: reads the profile in the file, draws it, listens to the controls.
import { byId, element } from '../dom.ts';
import { readPayload } from './report-data.ts';
import { Report } from './report.ts';

const VIEWS = [
  { view: 'icicle', label: 'Icicle', title: 'Callers on top' },
  { view: 'flame', label: 'Flame', title: 'Callers at the bottom' },
] as const;

function listen(report: Report): void {
  const search = byId('search', HTMLInputElement);
  const reset = () => report.change({ zoom: '', search: '' });
  search.addEventListener('input', () => report.change({ search: search.value }));
  byId('reset', HTMLButtonElement).addEventListener('click', () => report.change({ zoom: '' }));
  byId('theme', HTMLButtonElement).addEventListener('click', () => report.toggleTheme());
  byId('views', HTMLElement).append(
    ...VIEWS.map(({ view, label, title }) => {
      const button = element('button', { type: 'button', title, 'data-view': view }, label);
      button.addEventListener('click', () => report.change({ view }));
      return button;
    }),
  );
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '/' && event.target !== search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      search.blur();
      reset();
    }
  });
}

try {
  const report = new Report(readPayload(byId('profile', HTMLElement)));
  listen(report);
  report.start();
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  document.body.prepend(element('p', { class: 'notice error', role: 'alert' }, text));
  throw error;
}
