/* An error while the CA certificates are shown. */
(function () {
    'use strict';

    var page = Nvr.certificates.page;

    Nvr.certificates.page = function () {
        setTimeout(function () { throw new Error('the list of channels has no length'); }, 0);
        return page();
    };
}());
