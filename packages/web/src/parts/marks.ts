// The page's few pictures, drawn as SVG in the colour of the
// text around them.
import { svg } from 'lit';

export const bellMark = svg`<svg class="bell" viewBox="0 0 512 512" aria-hidden="true"><rect width="512" height="512" rx="116" fill="#8a5600"/><path fill="#ffdf9e" d="M256 96a30 30 0 0 0-30 30v6c-54 14-84 60-88 124-4 54-14 84-44 108-9 8-4 24 9 24h306c13 0 18-16 9-24-30-24-40-54-44-108-4-64-34-110-88-124v-6a30 30 0 0 0-30-30Z"/><path fill="#fff" d="M206 408a50 50 0 0 0 100 0Z"/></svg>`;

const line = (path: string) =>
  svg`<svg class="line" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><path d="${path}"/></svg>`;

export const laptopMark = line('M5 5h14a1 1 0 0 1 1 1v10H4V6a1 1 0 0 1 1-1ZM2.500 19.500h19');
export const phoneMark = line(
  'M8 2.500h8a1.500 1.500 0 0 1 1.500 1.500v16a1.500 1.500 0 0 1-1.500 1.500H8A1.500 1.500 0 0 1 6.500 20V4A1.500 1.500 0 0 1 8 2.500ZM11 18.500h2',
);
export const devicesMark = line(
  'M3 6.500A1.500 1.500 0 0 1 4.500 5h12A1.500 1.500 0 0 1 18 6.500V9M3 6.500V15h8M2 18h9M15 11h5a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-5a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1Z',
);
export const pencilMark = line('M4 20l1-4L16.500 4.500a2.100 2.100 0 0 1 3 3L8 19l-4 1ZM14.500 6.500l3 3');
export const binMark = line('M4 7h16M9.500 7V4.500h5V7M6.500 7l1 12.500h9l1-12.500M10 11v5M14 11v5');
export const sendMark = line('M4 12l16-8-5 16-3.500-6.500L4 12ZM11.500 13.500L20 4');
export const backMark = line('M14.500 5l-7 7 7 7');
export const quietMark = line('M20 14.500A8.500 8.500 0 0 1 9.500 4a8 8 0 1 0 10.500 10.500Z');
export const installMark = line('M12 3.500v11M7.500 10l4.500 4.500L16.500 10M4.500 19.500h15');
export const keyMark = line(
  'M15 4.500a4.500 4.500 0 1 1-2.600 8.200L5.500 20H3.500v-2.500l7.500-7A4.500 4.500 0 0 1 15 4.500ZM16 8.500h.010',
);
export const leaveMark = line(
  'M10 4H5.500A1.500 1.500 0 0 0 4 5.500v13A1.500 1.500 0 0 0 5.500 20H10M15 8l4 4-4 4M19 12H9',
);
