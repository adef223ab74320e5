/* In the list of the recorder's own certificates, Issued By stands before User. */
(function () {
    'use strict';

    var page = Nvr.certificates.page;

    Nvr.certificates.page = function () {
        var tabs = page();
        var columns = tabs.items[0].columns;
        var user = columns.filter(function (one) { return one.dataIndex === 'Subject'; })[0];
        var at = columns.indexOf(user);
        columns.splice(at, 2, columns[at + 1], user);
        return tabs;
    };
}());
