/** What the page begins with. */

import { readChoice } from '../choose/choice.js';
import { ALWAYS } from '../models/purposes.js';

/** @returns {import('./store.js').State} */
export function startState() {
  return {
    models: ALWAYS,
    choice: readChoice(new URLSearchParams(location.search)),
    engine: { phase: 'loading', problem: '', mixProblem: '' },
    estimates: {},
    pictures: [],
    shown: undefined,
    look: sessionStorage.getItem('look') === 'side' ? 'side' : 'split',
    isHeld: false,
    areChoicesOpen: false,
    isMoreOpen: false,
    problem: '',
    note: '',
    news: '',
  };
}
