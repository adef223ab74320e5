// Brings a captured document into the state that HTML alone cannot say: what lies in what, open windows, scrolling, the focus.
() => {
  for (let nest; nest = document.querySelector('template[data-cap-nest]');) nest.replaceWith(nest.content);
  const all = root => [...root.querySelectorAll('*')].flatMap(one => one.shadowRoot ? [one, ...all(one.shadowRoot)] : [one]);
  const found = all(document);
  const each = (key, restore) => found.forEach(one => { if (one.dataset && key in one.dataset) restore(one); });
  each('capModal', one => { one.removeAttribute('open'); one.showModal(); });
  each('capPopover', one => one.showPopover());
  each('capIndeterminate', one => { one.indeterminate = true; });
  each('capUnselected', one => { one.selectedIndex = -1; });
  each('capFocus', one => one.focus({preventScroll: true, focusVisible: one.dataset.capFocus === 'visible'}));
  each('capScroll', one => { const [x, y] = one.dataset.capScroll.split(','); one.scrollTo(+x, +y); });
}
