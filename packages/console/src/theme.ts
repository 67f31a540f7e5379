// The theme: the system's, or what the operator chose,
// which this browser keeps.
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const themeName = 'carillon-console-theme';

export function keptTheme(): Theme {
  const kept = localStorage.getItem(themeName);
  return themes.find((each) => each === kept) ?? 'system';
}

export function showTheme(): void {
  const theme = keptTheme();
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset.theme;
  else dataset.theme = theme;
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(themeName, theme);
  showTheme();
}
