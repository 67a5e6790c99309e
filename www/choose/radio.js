/** A row of answers of which one is chosen. */

/**
 * Shows the answers. Those that are there already stay where they are, so that the focus stays too.
 * @param {HTMLElement} root
 * @param {string} name
 * @param {{value: string, title: string}[]} answers
 * @param {string | undefined} chosen
 */
export function radio(root, name, answers, chosen) {
  const values = JSON.stringify(answers);
  if (root.dataset.answers !== values) {
    root.dataset.answers = values;
    root.replaceChildren(
      ...answers.map(({ value, title }) => {
        const input = Object.assign(document.createElement('input'), { type: 'radio', name, value });
        const label = Object.assign(document.createElement('label'), { className: 'answer' });
        const text = Object.assign(document.createElement('span'), { textContent: title });
        label.append(input, text);
        return label;
      }),
    );
  }
  for (const input of root.querySelectorAll('input')) input.checked = input.value === chosen;
}
