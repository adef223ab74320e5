/* The page goes back to the sign-in, and the recorder does not hear of it. */
(function () {
    'use strict';

    Nvr.session.signOut = function () {
        Nvr.session.forget();
        location.reload();
        return Promise.resolve();
    };
}());
