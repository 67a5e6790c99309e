/** What the page begins with. */

import { readChoice } from '../choose/choice.js';
import { ALWAYS } from '../models/purposes.js';

/** @returns {import('./store.js').State} */
export function startState() {
  const choice = readChoice(new URLSearchParams(location.search));
  return {
    models: ALWAYS,
    choice,
    common: choice,
    engine: { phase: 'loading', problem: '', mixProblem: '' },
    download: undefined,
    estimates: {},
    pictures: [],
    shown: undefined,
    toShow: undefined,
    isPaused: false,
    removed: undefined,
    saving: undefined,
    keepProblem: '',
    trial: undefined,
    look: sessionStorage.getItem('look') === 'side' ? 'side' : 'split',
    isHeld: false,
    doubt: undefined,
    isDoubtShown: false,
    areChoicesOpen: false,
    isMoreOpen: false,
    copies: undefined,
    update: undefined,
    problem: '',
    note: '',
    news: '',
  };
}
