// Progressive enhancement only: every page works without this file.

// A select that acts at once. Its form keeps a button for those without script; here the button may go.
for (const select of document.querySelectorAll('select[data-autosubmit]')) {
  const form = select.form;
  if (!form) continue;
  for (const button of form.querySelectorAll('[data-autosubmit-button]')) button.hidden = true;
  select.addEventListener('change', () => form.requestSubmit());
}

// After a refused form the reader starts at the list of what to correct.
document.querySelector('.error-summary')?.focus();

// Menus close with Escape, and when the reader goes on elsewhere.
const openMenus = () => document.querySelectorAll('details.menu[open]');
document.addEventListener('click', (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of openMenus()) {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector('summary').focus();
  }
});
