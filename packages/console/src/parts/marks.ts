// The console's few pictures, drawn as SVG in the colour of the text
// around them.
import { svg } from 'lit';

const line = (path: string) =>
  svg`<svg class="line" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><path d="${path}"/></svg>`;

export const marks = {
  overview: line('M3 3.500v17h18M7.500 16v-4M12 16V7M16.500 16v-6'),
  search: line('M10.500 4a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13ZM15.500 15.500 20.500 20.500'),
  people: line(
    'M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM2.500 19.500c0-3.300 2.900-5 6.500-5s6.500 1.700 6.500 5M16 5a3.200 3.200 0 0 1 0 6M18 14.900c2.200.6 3.500 2.200 3.500 4.600',
  ),
  apps: line(
    'M4 4h6.500v6.500H4ZM13.500 4H20v6.500h-6.500ZM4 13.500h6.500V20H4ZM13.500 13.500H20V20h-6.500Z',
  ),
  failed: line('M12 3.500 21.500 20h-19ZM12 10v4.500M12 17.300v.2'),
  webhooks: line(
    'M9.500 9.500a4 4 0 1 1 4.700 3.900l-2.700 4.600M14.500 7.500l3.200 5.400a4 4 0 1 1-2 7.300M8 13a4 4 0 1 0 3.500 5.500H17',
  ),
  nodes: line('M4 4.500h16v6H4ZM4 13.500h16v6H4ZM7.500 7.500h.2M7.500 16.500h.2'),
  audit: line('M6 3.500h9l4 4v13H6ZM9.500 12h6M9.500 15.500h6M9.500 8.500h2.500'),
  compose: line('M4 20l1-4L16.500 4.500a2.100 2.100 0 0 1 3 3L8 19l-4 1ZM14.500 6.500l3 3'),
  start: line(
    'M12 3c4 2 6 5.500 6 9.500l-3 3.500H9l-3-3.500C6 8.500 8 5 12 3ZM12 9.500v.2M9.500 19.500l2.500 1.500 2.500-1.500',
  ),
  notifications: line(
    'M12 3.500a6 6 0 0 0-6 6c0 5-2 6.500-2 8h16c0-1.500-2-3-2-8a6 6 0 0 0-6-6ZM10 20.500h4',
  ),
  device: line(
    'M8 2.500h8a1.500 1.500 0 0 1 1.500 1.500v16a1.500 1.500 0 0 1-1.500 1.500H8A1.500 1.500 0 0 1 6.500 20V4A1.500 1.500 0 0 1 8 2.500ZM11 18.500h2',
  ),
  back: line('M14.500 5l-7 7 7 7'),
  outward: line('M13 4.500h6.500V11M19.500 4.500l-9 9M10 5.500H5.500v13h13V14'),
  onward: line('M9.500 5l7 7-7 7'),
  menu: line('M4 7h16M4 12h16M4 17h16'),
  close: line('M6 6l12 12M18 6 6 18'),
  copy: line('M9 8.500h10.500V20H9ZM14.500 8.500V4H4v11.500h5'),
  check: line('M5 12.500l4.500 4.500L19.500 7'),
  leave: line('M10 4H5.500A1.500 1.500 0 0 0 4 5.500v13A1.500 1.500 0 0 0 5.500 20H10M15 8l4 4-4 4M19 12H9'),
  again: line('M19.500 12a7.500 7.500 0 1 1-2.200-5.300L19.500 9M19.500 4v5h-5'),
};

export const bellMark = svg`<svg class="bell" viewBox="0 0 512 512" aria-hidden="true"><rect width="512" height="512" rx="116" fill="#8a5600"/><path fill="#ffdf9e" d="M256 96a30 30 0 0 0-30 30v6c-54 14-84 60-88 124-4 54-14 84-44 108-9 8-4 24 9 24h306c13 0 18-16 9-24-30-24-40-54-44-108-4-64-34-110-88-124v-6a30 30 0 0 0-30-30Z"/><path fill="#fff" d="M206 408a50 50 0 0 0 100 0Z"/></svg>`;
