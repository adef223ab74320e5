// Reads one document without changing it: first every text in it, then, with other texts where they are wanted, its HTML.
() => {
  const VOID = new Set('area base br col embed hr img input link meta source track wbr param frame basefont bgsound keygen'.split(' '));
  const DRAWN = new Set(['d', 'points', 'transform', 'viewBox', 'gradientTransform', 'patternTransform']);  // numbers of a drawing
  const IS_RAW = /^(style|script|noscript|xmp)$/i;
  const HTML = 'http://www.w3.org/1999/xhtml';
  const isField = one => ['input', 'textarea'].includes(one.localName);
  const isSecret = one => one.type === 'password' || one.closest('[data-nvrflow-secret]') !== null;
  const everything = [];
  (function walk(root) {
    for (const one of root.querySelectorAll('*')) { everything.push(one); if (one.shadowRoot) walk(one.shadowRoot) }
  })(document);

  const strings = new Set([document.title]);
  for (const one of everything) {
    for (const at of one.attributes) if (!DRAWN.has(at.name) && at.value.length > 2) strings.add(at.value);
    if (isField(one) && one.value) strings.add(one.value);
    for (const node of one.childNodes) if (node.nodeType === 3 && node.data.trim().length > 2) strings.add(node.data);
    if (one.shadowRoot) for (const node of one.shadowRoot.childNodes) if (node.nodeType === 3) strings.add(node.data);
  }
  // An address may stand in several nodes or fields, one for each number: they count together.
  const LIKE = /^\s*(\d{1,3}(\s*\.\s*\d{1,3}){3}|[0-9a-f]{2}(\s*[:-]\s*[0-9a-f]{2}){5})\s*(\/\d+|:\d+)?\s*$/i;
  const joints = [], taken = new Set();
  const textsOf = one => {
    const found = [], walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    while (walker.nextNode() && found.length < 14) if (walker.currentNode.data.trim() && !IS_RAW.test(walker.currentNode.parentNode.localName)) found.push(walker.currentNode);
    return found;
  };
  for (const one of [...everything].reverse()) {
    if (!one.firstElementChild || one.childElementCount > 14) continue;
    const fields = [...one.querySelectorAll('input')].filter(field => /^(text|number|tel)$/.test(field.type)), texts = textsOf(one);
    const isJoined = (all, words) => [4, 6].includes(all.length) && all.every(field => /^[0-9a-f]{1,3}$/i.test(words(field).trim()));
    if (isJoined(fields, field => field.value) && !fields.some(field => taken.has(field)) && texts.every(node => /^[\s.:-]*$/.test(node.data))) {
      joints.push({nodes: fields, joint: fields.length === 4 ? '.' : ':', texts: fields.map(field => field.value.trim())});
      fields.forEach(field => taken.add(field));
    } else if (texts.length > 1 && texts.length < 14 && LIKE.test(texts.map(node => node.data).join('')) && !texts.some(node => taken.has(node))) {
      joints.push({nodes: texts, joint: '', texts: texts.map(node => node.data)});
      texts.forEach(node => taken.add(node));
    }
  }

  const write = ({assets, css, changed, joined, bare, keeps}) => {
    const own = new Map(joints.flatMap((joint, index) => joint.nodes.map((node, at) => [node, joined[index][at]])));
    const say = (text, node) => own.get(node) ?? changed[text] ?? text;
    const esc = text => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\u00a0/g, '&nbsp;');
    const escA = text => text.replace(/&/g, '&amp;').replace(/\u00a0/g, '&nbsp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
    const absolute = (url, base) => { try { return new URL(url, base).href } catch { return '' } };
    const missing = new Set(), sheets = [];
    const asset = (url, base) => {
      const key = absolute(url, base).split('#')[0];
      if (!(key in assets) && /^http/.test(key)) missing.add(key);
      return assets[key];
    };
    const urls = (text, base, later) => text.replace(/url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"']*))\s*\)/g, (all, a, b, c) => {
      const url = a ?? b ?? c;
      if (/^(data:|#)/.test(url)) return all;
      const found = asset(url, base);
      return later ? `url("\u0005${absolute(url, base).split('#')[0]}\u0006")` : found ? `url("${found}")` : 'url("data:,")';
    });
    const sheetText = (sheet, written) => {
      const base = sheet.href || document.baseURI;
      let rules;
      try { rules = [...sheet.cssRules] } catch { rules = null }
      let text = written;
      if (rules) {  // the text as written is truer than the browser's rules, unless scripts have added some
        let parsed = -1;
        if (written != null) { const trial = new CSSStyleSheet(); try { trial.replaceSync(written); parsed = trial.cssRules.length } catch { parsed = -1 } }
        const imports = rules.filter(rule => rule instanceof CSSImportRule);
        if (written == null || parsed + imports.length !== rules.length) text = rules.filter(rule => !imports.includes(rule)).map(rule => rule.cssText).join('\n');
        text = text.replace(/@import[^;]*;/g, '');
        text = imports.map(rule => rule.styleSheet ? sheetText(rule.styleSheet, css[rule.styleSheet.href]) : '').join('\n') + '\n' + text;
      }
      const marked = urls(text || '', base, true).replace(/(?<!\\):(hover|target)(?![\w-])/g, '[data-cap-$1]');
      return marked.replace(/:defined\b/g, ':not(x-undefined)').replace(/<\/style/gi, '<\\/style').trim();
    };
    const sheetOf = (sheet, written) => {  // the place of its text in the list of sheets; media and order stay with the element
      const text = sheetText(sheet, written);
      return text ? `\u0003${sheets.push(text) - 1}\u0004` : '';
    };
    const mediaOf = sheet => (sheet.disabled ? ' media="not all"' : sheet.media.mediaText ? ` media="${escA(sheet.media.mediaText)}"` : '');
    const adopted = root => bare ? '' : (root.adoptedStyleSheets || []).map(sheet => `<style data-cap-adopted${mediaOf(sheet)}>${sheetOf(sheet, null)}</style>`).join('');

    const isVisible = one => { const box = one.getBoundingClientRect(); return box.width > 0 && box.height > 0 && getComputedStyle(one).visibility === 'visible' };
    const shape = (one, at) => {  // without the firmware's styles: what is not seen, what has no size of its own, what only its children fill
      if (one.closest('head') || ['html', 'body', 'script', 'style', 'option'].includes(one.localName) || one instanceof SVGElement) return;
      const inner = [...one.querySelectorAll('*')], seen = isVisible(one);
      at.delete('style');
      if (!seen) at.set('data-cap', one.matches('slot, details') || getComputedStyle(one).display === 'contents' ? 'in' : inner.some(isVisible) || (one.shadowRoot && [...one.shadowRoot.querySelectorAll('*')].some(isVisible)) ? 'flat' : 'off');
      else if (!one.textContent.trim() && !one.querySelector('img, input, iframe')) at.set('data-cap', 'on');
    };
    let frames = [];
    const wrap = new Set(), emptied = new Set();
    const kids = node => { let text = ''; for (const child of node.childNodes) text += written(child); return text };
    const blank = (width, height) => `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="${width || 1}" height="${height || 1}"><rect width="100%" height="100%" fill="#c8ccd2"/></svg>`)}`;
    const PARTS = {
      script: (one, at) => { for (const key of ['src', 'integrity', 'nonce']) at.delete(key); at.set('type', 'text/plain'); return '' },
      noscript: () => '',
      template: () => '',
      link: (one, at) => {
        if (one.sheet && !bare) { at.set('data-cap-href', at.get('href') || ''); at.set('href', sheetOf(one.sheet, css[one.sheet.href])); if (one.sheet.disabled) at.set('media', 'not all'); at.delete('integrity'); at.delete('crossorigin'); at.delete('nonce'); }
        else at.delete('href');
        return null;
      },
      style: (one, at) => { at.delete('nonce'); if (one.sheet?.disabled) at.set('media', 'not all'); return one.sheet && !bare ? sheetOf(one.sheet, one.textContent) : '' },
      input: (one, at) => {
        if (/^(checkbox|radio)$/.test(one.type)) {
          one.checked ? at.set('checked', '') : at.delete('checked');
          if (one.indeterminate) at.set('data-cap-indeterminate', '');
        } else if (isSecret(one)) at.set('value', '*'.repeat(one.value ? 8 : 0));
        else if (one.type !== 'file') at.set('value', say(one.value, one));
        if (one.type === 'image') { const found = asset(one.getAttribute('src') || '', document.baseURI); at.set('src', found || blank(one.width, one.height)); }
        return null;
      },
      textarea: one => '\n' + esc(isSecret(one) ? '*'.repeat(one.value ? 8 : 0) : say(one.value, one)),
      pre: one => '\n' + kids(one),
      listing: one => '\n' + kids(one),
      select: (one, at) => { if (one.selectedIndex < 0) at.set('data-cap-unselected', ''); return null },
      option: (one, at) => { one.selected ? at.set('selected', '') : at.delete('selected'); return null },
      img: (one, at) => {
        const source = one.currentSrc || one.src, found = /^data:/.test(source) ? changed[source] ?? source : asset(source, document.baseURI);
        for (const key of ['sizes', 'loading', 'crossorigin', 'srcset']) at.delete(key);
        if (bare && one.naturalWidth) at.set('srcset', blank(one.naturalWidth, one.naturalHeight));
        else if (found) at.set('srcset', found);
        else if (one.naturalWidth) at.set('srcset', blank(one.naturalWidth, one.naturalHeight));
        return null;
      },
      video: (one, at) => { for (const key of ['src', 'poster', 'autoplay']) at.delete(key); return null },
      audio: (one, at) => { at.delete('src'); return null },
      source: (one, at) => { for (const key of ['src', 'srcset']) at.delete(key); return null },
      object: (one, at) => { at.delete('data'); return null },
      embed: (one, at) => { at.delete('src'); return null },
      dialog: (one, at) => { if (one.matches(':modal')) at.set('data-cap-modal', ''); return null },
      image: (one, at) => { for (const key of ['href', 'xlink:href']) if (at.get(key)) at.set(key, asset(at.get(key), document.baseURI) || ''); return null },
      use: (one, at) => {  // a sign from another file is drawn here
        const link = at.get('href') ?? at.get('xlink:href') ?? '';
        return link && !link.startsWith('#') ? drawing(link) : null;
      },
    };
    const drawing = link => {
      const [file, id] = link.split('#'), found = asset(file, document.baseURI);
      if (!found || !id || !found.startsWith('data:image/svg')) return '';
      try {
        const bytes = Uint8Array.from(atob(found.split(',')[1]), sign => sign.charCodeAt(0));
        const sprite = new DOMParser().parseFromString(new TextDecoder().decode(bytes), 'image/svg+xml').getElementById(id);
        return sprite ? [...sprite.childNodes].map(node => new XMLSerializer().serializeToString(node)).join('') : '';
      } catch { return '' }
    };
    const attributesOf = one => {
      const at = new Map([...one.attributes].map(({name, value}) => [name, /^on/i.test(name) ? '' : say(value)]));
      for (const key of ['data-nvrflow-secret', 'srcdoc', 'nonce', 'data-cap']) at.delete(key);
      for (const key of ['href', 'action', 'formaction']) if (/^\s*javascript:/i.test(at.get(key) || '')) at.set(key, 'javascript:');
      if (one.localName === 'iframe' || one.localName === 'frame') { if (at.has('src')) at.set('data-cap-src', at.get('src')); at.delete('src'); at.delete('sandbox'); }
      if (at.has('style') && /url\(/.test(at.get('style'))) at.set('style', bare ? at.get('style').replace(/url\([^)]*\)/g, 'none') : urls(at.get('style'), document.baseURI));
      return at;
    };
    const states = (one, at) => {
      if (one.hasAttribute('popover') && one.matches(':popover-open')) at.set('data-cap-popover', '');
      for (const now of ['hover', 'target']) if (one.matches(`:${now}`)) at.set(`data-cap-${now}`, '');
      if (one.scrollTop || one.scrollLeft) at.set('data-cap-scroll', `${one.scrollLeft},${one.scrollTop}`);
      if (one === one.getRootNode().activeElement && one.localName !== 'body') at.set('data-cap-focus', one.matches(':focus-visible') ? 'visible' : '');
      if (bare) shape(one, at);
    };
    const CSP = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline' file: http: https:; img-src data:; font-src data:; frame-src file: http: https:">`;
    const BARE = '<style>[data-cap=off]{display:none!important}[data-cap=in]{display:contents!important}[data-cap=flat]{height:0!important;padding:0!important;border:0!important;min-height:0!important;overflow:visible!important}[data-cap=on]{display:inline-block;min-width:8px;min-height:8px}</style>';
    const written = node => {
      if (node.nodeType === 3) {
        const parent = node.parentNode;
        if (parent && parent.nodeType === 1 && IS_RAW.test(parent.localName)) return say(node.data, node);
        if (parent && parent.nodeType === 1 && node.data.trim() && isSecret(parent)) return '•••';
        return esc(say(node.data, node));
      }
      if (node.nodeType !== 1) return '';
      const tag = node.namespaceURI === HTML ? node.localName : node.tagName;
      if (tag === 'base' || (tag === 'meta' && (node.hasAttribute('http-equiv') || node.hasAttribute('charset')))) return '';
      const at = attributesOf(node), inner = Object.hasOwn(PARTS, tag) ? PARTS[tag](node, at) : null;
      states(node, at);
      const frame = tag === 'iframe' || tag === 'frame' ? ` \u0001${frames.push(node) - 1}\u0002` : '';
      const isEmptied = at.get('data-cap') === 'off' && !keeps && !['select', 'table', 'tr', 'tbody', 'thead'].includes(tag) && !node.closest('select');
      if (isEmptied) for (const one of node.querySelectorAll('*')) emptied.add(one);
      let text = `<${tag}${frame}` + [...at].map(([key, value]) => ` ${key}="${escA(value)}"`).join('') + '>';
      if (VOID.has(tag)) return text;
      if (tag === 'head') text += '<meta charset="utf-8">' + CSP + (bare ? BARE : '');
      if (node.shadowRoot) text += `<template shadowrootmode="open">${bare ? BARE : ''}${kids(node.shadowRoot)}${adopted(node.shadowRoot)}</template>`;
      text += inner ?? (isEmptied ? '' : wrap.has(node) ? `<template data-cap-nest>${kids(node)}</template>` : kids(node));
      if (tag === 'head') text += adopted(document);
      return text + `</${tag}>`;
    };
    const type = document.doctype;
    const make = () => {
      frames = []; sheets.length = 0;
      const doctype = type ? `<!DOCTYPE ${type.name}${type.publicId ? ` PUBLIC "${type.publicId}"` : ''}${type.systemId ? `${type.publicId ? '' : ' SYSTEM'} "${type.systemId}"` : ''}>` : '';
      return doctype + written(document.documentElement);
    };
    // What HTML cannot say (a in a, div in p, tr in div) goes into a template, until it reads back as the same tree.
    const all = root => [...root.querySelectorAll('body *')];
    let html = make();
    const live = all(document).filter(one => !emptied.has(one) && (!one.closest('noscript, template') || one.matches('noscript, template')));
    for (let tries = 0; tries < 20 && Document.parseHTMLUnsafe; tries++) {
      const back = Document.parseHTMLUnsafe(html);
      for (let nest; nest = back.querySelector('template[data-cap-nest]');) nest.replaceWith(nest.content);
      const read = all(back).filter(one => !one.closest('use') || one.localName === 'use');
      const own = live.filter(one => !one.closest('use') || one.localName === 'use');
      const at = own.findIndex((one, index) => !read[index] || one.localName !== read[index].localName || one.parentNode.localName !== read[index].parentNode.localName);
      const bent = at < 0 ? (read.length > own.length ? own[own.length - 1] : null) : own[at];
      if (!bent) break;
      if (wrap.has(bent.parentNode) && bent.parentNode.parentNode) wrap.add(bent.parentNode.parentNode);
      wrap.add(bent.parentNode);
      html = make();
    }
    return {html, sheets, frames, missing: [...missing]};
  };
  return {strings: [...strings], joints: joints.map(({joint, texts}) => ({joint, texts})), write};
}
