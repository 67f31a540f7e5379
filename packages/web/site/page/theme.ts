// Runs before the page is drawn: the theme that this browser keeps for the console too, and where an address of the time when
// the reference of the API stood at /docs leads.
{
  const { documentElement: root } = document;
  if ('front' in root.dataset && /^#\?route=|^#\/|^#(?:get|post|put|patch|delete)-/.test(location.hash))
    location.replace(`docs/reference${location.hash}`);
  try {
    const kept = localStorage.getItem('carillon-console-theme');
    if (kept === 'light' || kept === 'dark') root.dataset.theme = kept;
  } catch {
    // A browser that keeps nothing has the system's.
  }
}
