/** Where the page begins. */
import { render } from 'preact';
import { Dashboard } from './dashboard.tsx';
import { applyTheme, storedTheme } from './theme.ts';

applyTheme(storedTheme());
const root = document.getElementById('page');
if (root !== null) {
  root.replaceChildren();
  render(<Dashboard />, root);
}
