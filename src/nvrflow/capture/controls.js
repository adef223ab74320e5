// Everything that one document shows, open shadow roots included: controls, and words that belong to no control.
() => {
  const WIDGETS = new Set(['button', 'link', 'tab', 'menuitem', 'menuitemcheckbox', 'menuitemradio', 'checkbox', 'radio', 'switch',
    'textbox', 'searchbox', 'combobox', 'listbox', 'option', 'slider', 'spinbutton', 'treeitem']);
  const KEYS = ['t', 'data-i18n', 'data-i18n-key', 'data-t', 'translate-key', 'data-translate', 'ng-bind', 'data-lang', 'i18n'];
  const KEPT = ['id', 'class', 'name', 'type', 'placeholder', 'title', 'alt', 'href', 'for', 'data-testid', 'data-test-id', 'data-test',
    'data-id', 'data-name', 'data-key', 'data-field', 'data-action', 'aria-label', 'aria-controls', 'role', 'src', ...KEYS];
  const tidy = text => (text || '').replace(/[\ue000-\uf8ff]/g, '').replace(/\s+/g, ' ').trim();
  const up = one => one.parentElement || (one.getRootNode().host ?? null);
  const boxOf = one => { const b = one.getBoundingClientRect(); return [b.x, b.y, b.width, b.height] };
  const style = one => getComputedStyle(one);
  const isSeen = one => one.getClientRects().length > 0 && style(one).visibility === 'visible' && one.checkVisibility();
  const all = [];
  (function walk(root) {
    for (const one of root.querySelectorAll('*')) { all.push(one); if (one.shadowRoot) walk(one.shadowRoot) }
  })(document);

  const tables = new Map();  // many pages lay out their forms in tables; only what has titles or many columns is one for a person
  const isTable = table => {
    if (!tables.has(table)) tables.set(table, Boolean(table) && (table.querySelector('th') !== null || ['grid', 'table', 'treegrid'].includes(table.getAttribute('role'))
      || ([...table.rows].length > 1 && [...table.rows].every(row => row.cells.length > 2))));
    return tables.get(table);
  };
  const roleOf = one => {
    const said = (one.getAttribute('role') || '').trim().split(/\s+/)[0];
    if (said && said !== 'presentation' && said !== 'none') return said;
    const tag = one.localName, type = (one.getAttribute('type') || 'text').toLowerCase();
    if (tag === 'button' || tag === 'summary') return 'button';
    if (tag === 'a') return one.hasAttribute('href') ? 'link' : '';
    if (tag === 'select') return one.multiple || one.size > 1 ? 'listbox' : 'combobox';
    if (tag === 'textarea' || one.isContentEditable && !one.parentElement?.isContentEditable) return 'textbox';
    if (tag === 'input') return {hidden: '', button: 'button', submit: 'button', reset: 'button', image: 'button', checkbox: 'checkbox',
      radio: 'radio', range: 'slider', number: 'spinbutton', search: 'searchbox', file: 'file'}[type] ?? 'textbox';
    if (/^h[1-6]$/.test(tag)) return 'heading';
    if (tag === 'th') return 'columnheader';
    if (tag === 'td') return isTable(one.closest('table')) ? 'cell' : '';
    if (tag === 'img') return 'img';
    return '';
  };
  const isWidget = one => { const role = roleOf(one); return WIDGETS.has(role) || role === 'file' };
  // Where a page draws its controls from plain elements, the mouse pointer tells a person that something can be clicked.
  const points = one => style(one).cursor === 'pointer' && !(up(one) && style(up(one)).cursor === 'pointer');
  const widgetAbove = one => { for (let p = up(one); p; p = up(p)) if (isWidget(p) || controls.has(p)) return p; return null };
  const controls = new Set();
  for (const one of all) if (isWidget(one)) controls.add(one);
  for (const one of all) {
    if (controls.has(one) || ['html', 'body', 'label', 'option', 'iframe'].includes(one.localName)) continue;
    if (points(one) && !widgetAbove(one) && ![...one.querySelectorAll('*')].some(isWidget) && one.getClientRects().length) controls.add(one);
  }

  const byId = (one, ids) => ids.split(/\s+/).map(id => one.getRootNode().getElementById?.(id)).filter(Boolean);
  const inner = one => tidy(one.innerText ?? one.textContent) || tidy([...one.querySelectorAll('img[alt]')].map(i => i.alt).join(' '));
  const isField = role => ['textbox', 'searchbox', 'combobox', 'listbox', 'slider', 'spinbutton', 'checkbox', 'radio', 'switch', 'file'].includes(role);
  const texts = [];  // [element, words, box] of everything that is written outside of controls: a block of words at a time
  const blocks = new Map();
  for (const one of all) {
    if (['script', 'style', 'noscript', 'title', 'option', 'template', 'textarea'].includes(one.localName) || !isSeen(one)) continue;
    if (controls.has(one) || widgetAbove(one)) continue;
    for (const node of one.childNodes) {
      if (node.nodeType !== 3 || !tidy(node.data)) continue;
      let block = one;
      while (up(block) && style(block).display.startsWith('inline') && style(block).display !== 'inline-block') block = up(block);
      const whole = ![...block.querySelectorAll('*')].some(x => controls.has(x) || !style(x).display.startsWith('inline'));
      blocks.set(whole ? block : node, whole ? block : one);
    }
  }
  for (const [place, owner] of blocks) {
    const range = document.createRange();
    range.selectNodeContents(place);
    const b = range.getBoundingClientRect();
    const words = tidy(place.nodeType === 3 ? place.data : place.innerText ?? place.textContent);
    if (words && b.width > 1 && b.height > 1) texts.push([owner, words, [b.x, b.y, b.width, b.height]]);
  }
  const overlaps = (a, b) => Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]) > 0.4 * Math.min(a[3], b[3]);
  const shared = (a, b) => { let p = a; while (p && !(p.contains(b))) p = up(p); return p };
  const close = (field, box, text) => {  // nothing else that can be filled in lies between a field and its words
    const common = shared(field, text[0]);
    return !common || [...common.querySelectorAll('input:not([type=hidden]), select, textarea')].every(other => other === field || !isSeen(other) || (o => {
      const left = Math.min(text[2][0], box[0]), right = Math.max(text[2][0], box[0]);
      return !(overlaps(o, box) && o[0] > left && o[0] < right) && !(o[1] > text[2][1] && o[1] + o[3] <= box[1] && Math.abs(o[0] - box[0]) < 60);
    })(boxOf(other)));
  };
  const isTitle = (words, one) => {  // of the whole form: a heading, or larger than what stands in the field
    const host = words.nodeType === 3 ? up(words) : words, size = x => parseFloat(style(x).fontSize);
    return host.closest('h1, h2, h3, h4, h5, h6, [role=heading]') !== null || size(host) > 1.4 * size(one);
  };
  const beside = (one, box) => {
    const left = texts.filter(t => overlaps(t[2], box) && t[2][0] + t[2][2] <= box[0] + 4 && box[0] - t[2][0] - t[2][2] < 320 && close(one, box, t));
    left.sort((a, b) => (b[2][0] + b[2][2]) - (a[2][0] + a[2][2]));
    if (left.length) return left[0];
    const above = texts.filter(t => t[2][1] + t[2][3] <= box[1] + 2 && box[1] - t[2][1] - t[2][3] < 28 && Math.abs(t[2][0] - box[0]) < 40 && close(one, box, t)
      && !(tidy(one.getAttribute('placeholder')) && isTitle(t[0], one)));
    above.sort((a, b) => b[2][1] - a[2][1]);
    return above[0];
  };
  const after = (one, box, longest = 12) => {
    const right = texts.filter(t => overlaps(t[2], box) && t[2][0] >= box[0] + box[2] - 2 && t[2][0] - box[0] - box[2] < 40 && t[1].length <= longest);
    right.sort((a, b) => a[2][0] - b[2][0]);
    return right[0];
  };
  const labelled = new Map();  // each field with the element that holds the words of its label
  const cellOf = one => { const cell = one.closest('td'); return cell && isTable(cell.closest('table')) ? cell : null };
  const columnOf = one => {  // the title of the column in which it lies
    const cell = cellOf(one);
    return cell ? inner(cell.closest('table').querySelectorAll('th')[cell.cellIndex] ?? document.createElement('i')) : '';
  };
  const numbers = new Map(), grids = [];  // rows of data: [the table on this page, the row in it, the title of the column]
  const rowOf = one => {
    for (let p = one; p; p = up(p)) {
      const line = ['gridcell', 'cell'].includes(p.getAttribute('role')) || p.localName === 'td' ? p.closest('tr, [role=row]') : null;
      const near = line && (line.closest('[role=grid], [role=table], [role=treegrid]') ?? line.closest('table'));
      const table = near && (near.localName !== 'table' || isTable(near)) ? near : p.matches('[role=log], [role=feed]') ? p : null;
      if (!table || (line && line.querySelector('th, [role=columnheader]') && !line.querySelector('td, [role=gridcell], [role=cell]'))) continue;
      if (!grids.includes(table)) grids.push(table);
      if (line && !numbers.has(line)) [...table.querySelectorAll('tr, [role=row]')].forEach((row, at) => numbers.set(row, String(at)));
      if (!line) {  // an entry of a log
        const entry = one.closest('li, p, [role=article], [role=listitem]') ?? one;
        if (!numbers.has(entry)) numbers.set(entry, String(numbers.size));
        return [String(grids.indexOf(table) + 1), numbers.get(entry), ''];
      }
      const of = line.closest('table')?.querySelectorAll('th')[p.cellIndex];
      return [String(grids.indexOf(table) + 1), numbers.get(line), of ? inner(of) : ''];
    }
    return [];
  };
  const nameOf = (one, role, box) => {  // [name, how it was found]
    const said = tidy(one.getAttribute('aria-label'));
    const by = one.getAttribute('aria-labelledby');
    const ids = by ? tidy(byId(one, by).map(inner).join(' ')) : '';
    if (ids) { labelled.set(one, byId(one, by)[0]); return [ids, 'label'] }
    if (said) return [said, 'aria-label'];
    const labels = one.labels ? tidy([...one.labels].map(label => {
      const copy = label.cloneNode(true);
      copy.querySelectorAll('input, select, textarea').forEach(x => x.remove());
      return copy.textContent;
    }).join(' ')) : '';
    if (labels) { labelled.set(one, one.labels[0]); return [labels, 'label'] }
    if (one.localName === 'img' && one.alt) return [tidy(one.alt), 'alt'];
    if (one.localName === 'input' && role === 'button') return [tidy(one.value || one.alt || one.title || {submit: 'Submit', reset: 'Reset'}[one.type]), 'text'];
    if (!isField(role) && inner(one)) return [inner(one), 'text'];
    if (['checkbox', 'radio', 'switch'].includes(role) && one.localName !== 'input' && inner(one)) return [inner(one), 'text'];
    const column = columnOf(one);
    if (column && (isField(role) || !inner(one))) return [column, 'column'];
    if (isField(role)) {
      const near = (['checkbox', 'radio'].includes(role) && after(one, box, 200)) || beside(one, box) || (role === 'switch' && after(one, box, 200));
      if (near) { labelled.set(one, near[0]); return [near[1].replace(/\s*[:：*]+\s*$/, ''), 'near'] }
    }
    for (const [key, how] of [['placeholder', 'placeholder'], ['title', 'title'], ['alt', 'alt']])
      if (tidy(one.getAttribute(key))) return [tidy(one.getAttribute(key)), how];
    return ['', ''];
  };
  const keyOf = one => {  // the page's own name of the words: on the element, in it, closely around it, or in its label
    const label = labelled.get(one);
    const same = p => p && inner(p) && inner(p) === inner(one);
    for (const where of [one, ...[...one.querySelectorAll('*')].filter(p => controls.has(one) || same(p)), ...[up(one)].filter(same),
      ...(label ? [label, ...label.querySelectorAll('*')] : [])])
      for (const key of KEYS) if (where.hasAttribute(key) && where.getAttribute(key)) return `${key}=${where.getAttribute(key)}`;
    return '';
  };
  const besideAll = one => {  // the words before the first of several radios
    if (one.localName !== 'input' || one.type !== 'radio' || !one.name) return '';
    const first = [...one.getRootNode().querySelectorAll('input[type=radio]')].find(other => other.name === one.name && isSeen(other));
    const taken = new Set(labelled.values()), near = first && beside(first, boxOf(first));
    return near && !taken.has(near[0]) ? near[1].replace(/\s*[:：*]+\s*$/, '') : '';
  };
  const groupsOf = one => {  // what stands above it, outermost first: dialog titles, legends, headings of sections
    const found = [];
    for (let p = up(one); p; p = up(p)) {
      const role = p.getAttribute('role');
      const by = p.getAttribute('aria-labelledby');
      const own = p.localName === 'fieldset' ? inner(p.querySelector(':scope > legend') ?? document.createElement('i'))
        : p.getAttribute('aria-label') && (['dialog', 'alertdialog', 'group', 'region', 'tabpanel', 'form'].includes(role) || ['section', 'form', 'dialog'].includes(p.localName)) ? p.getAttribute('aria-label')
        : by && byId(p, by).length ? byId(p, by).map(inner).join(' ') : '';
      if (tidy(own)) found.unshift(tidy(own));
    }
    const cell = cellOf(one), first = cell && inner(cell.parentElement.cells[0]);
    if (first && controls.has(one)) return [...found, first];
    const together = besideAll(one);
    return together && !found.includes(together) ? [...found, together] : found;
  };
  const covered = (one, box) => {
    const x = box[0] + box[2] / 2, y = box[1] + box[3] / 2;
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return false;
    const top = one.getRootNode().elementFromPoint(x, y);
    return Boolean(top) && top !== one && !one.contains(top) && !top.contains(one) && top.closest('label')?.control !== one
      && !(one.shadowRoot && one.shadowRoot.contains(top)) && !(up(one) && up(one).contains(top) && up(one).getBoundingClientRect().width < 400);
  };
  const attributes = one => Object.fromEntries(KEPT.filter(key => one.hasAttribute(key)).map(key => [key, one.getAttribute(key).slice(0, 200)]));
  const disabledBy = one => one.disabled === true || one.getAttribute('aria-disabled') === 'true' || Boolean(one.closest('fieldset[disabled]'))
    || /(^|[-_\s])disabled($|\s)/.test(one.getAttribute('class') || '') || Boolean(one.closest('.x-item-disabled, .x-btn-disabled'));
  const drawnState = one => {  // a box or switch that a page draws itself says with its classes what it is, and whether it is on
    const near = [one];
    for (let p = up(one); p && near.length < 7 && p.querySelectorAll('input, button, select').length < 2; p = up(p)) near.push(p);
    const classes = near.flatMap(p => (p.getAttribute('class') || '').split(/\s+/));
    if (one.hasAttribute('aria-haspopup') || one.hasAttribute('aria-expanded')) return null;
    if (![...one.classList].some(name => /(^|[-_])(cb|checkbox|check-box|switch|radio)($|[-_])|^toggle($|[-_])/i.test(name))) return null;
    return classes.some(name => /(^|[-_])(checked|switch-on|is-on|on)$/i.test(name));
  };
  const stateOf = (one, role) => {
    if (['checkbox', 'radio'].includes(one.type) && one.localName === 'input') return one.checked;
    const drawn = one.getAttribute('aria-checked') === null && !['tab', 'option', 'treeitem'].includes(role) ? drawnState(one) : null;
    if (drawn !== null) return drawn;
    const said = one.getAttribute('aria-checked') ?? (role === 'tab' || role === 'option' || role === 'treeitem' ? one.getAttribute('aria-selected') : one.getAttribute('aria-pressed'));
    return said === null ? null : said === 'true';
  };
  const demandsOf = one => {  // what a field asks of what is typed into it
    const found = {};
    for (const [key, own] of [['readonly', 'readOnly'], ['required', 'required']])
      if (one[own] === true || one.getAttribute(`aria-${key}`) === 'true') found[key] = 'yes';
    for (const key of ['minlength', 'maxlength', 'min', 'max', 'step', 'pattern'])
      if (one.getAttribute(key)) found[key] = one.getAttribute(key).slice(0, 200);
    for (const [key, said] of [['min', 'aria-valuemin'], ['max', 'aria-valuemax']])
      if (one.getAttribute(said) && !found[key]) found[key] = one.getAttribute(said);
    return found;
  };
  const valueOf = (one, role) => {
    if (one.type === 'password') return null;
    if (one.localName === 'select') return tidy([...one.selectedOptions].map(o => o.label).join(', '));
    if (['input', 'textarea'].includes(one.localName) && !['button', 'submit', 'reset', 'image', 'checkbox', 'radio'].includes(one.type)) return one.value;
    if (one.isContentEditable) return tidy(one.innerText);
    if (role === 'slider' || role === 'spinbutton') return one.getAttribute('aria-valuenow');
    if (role === 'combobox' && !['input', 'select'].includes(one.localName)) return inner(one);
    return null;
  };
  const shown = [];
  for (const one of all) {
    if (!controls.has(one)) continue;
    const role = roleOf(one) || 'clickable', label = one.labels?.[0];
    const seen = isSeen(one) ? one : label && isSeen(label) ? label : null;  // many pages hide the box itself and draw its label
    if (!seen) continue;
    const box = boxOf(seen);
    if (box[2] < 1 || box[3] < 1) continue;
    const [name, named] = nameOf(one, role, box);
    const outer = widgetAbove(one);
    if (name && outer && controls.has(outer) && isSeen(outer) && inner(outer) === name) continue;  // a link in a tab is one control
    shown.push({element: one, role, name, named, value: valueOf(one, role), checked: stateOf(one, role), disabled: disabledBy(one),
      options: one.localName === 'select' ? [...one.options].map(o => tidy(o.label)) : [], unit: isField(role) && !['checkbox', 'radio', 'switch'].includes(role) ? after(one, box)?.[1] ?? '' : '',
      box, key: keyOf(one), group: groupsOf(one), tag: one.localName, attributes: attributes(one), covered: covered(one, box), row: rowOf(one), demands: isField(role) ? demandsOf(one) : null,
      secret: one.type === 'password' || one.hasAttribute('data-nvrflow-secret')});
  }
  const labels = [...labelled.values()];
  for (const [one, words, box] of texts) {
    if (labels.some(label => label === one || label.contains(one))) continue;
    let role = 'text';
    for (let p = one, steps = 0; p && steps < 4; p = up(p), steps++) if (['heading', 'columnheader', 'cell'].includes(roleOf(p))) { role = roleOf(p); break }
    shown.push({element: one, role, name: words, named: 'text', value: null, checked: null, disabled: false, options: [], unit: '', box, key: keyOf(one), group: groupsOf(one),
      tag: one.localName, attributes: attributes(one), covered: covered(one, box), row: rowOf(one), secret: Boolean(one.closest('[data-nvrflow-secret]'))});
  }
  shown.sort((a, b) => a.box[1] - b.box[1] || a.box[0] - b.box[0]);
  return {shown};
}
