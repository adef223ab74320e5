/* The words "Security Warning" have another key, as in the language files. */
(function () {
    'use strict';

    var page = Nvr.warning.page;

    Nvr.warning.page = function () { return Ext.apply(page(), { title: Nvr.text.span('security.EventWarning') }); };
}());
