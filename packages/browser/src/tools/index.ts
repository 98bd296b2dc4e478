/** Every tool of the browser server, in the order in which they are listed. */
import { browserClick } from './click.ts';
import { browserClose } from './close.ts';
import { browserConsoleMessages } from './console-messages.ts';
import { browserCookieClear } from './cookie-clear.ts';
import { browserCookieDelete } from './cookie-delete.ts';
import { browserCookieGet } from './cookie-get.ts';
import { browserCookieList } from './cookie-list.ts';
import { browserCookieSet } from './cookie-set.ts';
import { browserDrag } from './drag.ts';
import { browserDrop } from './drop.ts';
import { browserEmulateMedia } from './emulate-media.ts';
import { browserEvaluate } from './evaluate.ts';
import { browserFileUpload } from './file-upload.ts';
import { browserFillForm } from './fill-form.ts';
import { browserFind } from './find.ts';
import { browserGetDownloadList } from './get-download-list.ts';
import { browserGetMarkdown } from './get-markdown.ts';
import { browserHandleDialog } from './handle-dialog.ts';
import { browserHover } from './hover.ts';
import { browserLocalstorageClear } from './localstorage-clear.ts';
import { browserLocalstorageDelete } from './localstorage-delete.ts';
import { browserLocalstorageGet } from './localstorage-get.ts';
import { browserLocalstorageList } from './localstorage-list.ts';
import { browserLocalstorageSet } from './localstorage-set.ts';
import { browserMouseClickXy } from './mouse-click-xy.ts';
import { browserMouseDown } from './mouse-down.ts';
import { browserMouseDragXy } from './mouse-drag-xy.ts';
import { browserMouseMoveXy } from './mouse-move-xy.ts';
import { browserMouseUp } from './mouse-up.ts';
import { browserMouseWheel } from './mouse-wheel.ts';
import { browserNavigate } from './navigate.ts';
import { browserNavigateBack } from './navigate-back.ts';
import { browserNavigateForward } from './navigate-forward.ts';
import { browserNetworkRequest } from './network-request.ts';
import { browserNetworkRequests } from './network-requests.ts';
import { browserNetworkStateSet } from './network-state-set.ts';
import { browserPdfSave } from './pdf-save.ts';
import { browserPressKey } from './press-key.ts';
import { browserReload } from './reload.ts';
import { browserRequestTakeover } from './request-takeover.ts';
import { browserResize } from './resize.ts';
import { browserRoute } from './route.ts';
import { browserRouteList } from './route-list.ts';
import { browserSelectOption } from './select-option.ts';
import { browserSessionstorageClear } from './sessionstorage-clear.ts';
import { browserSessionstorageDelete } from './sessionstorage-delete.ts';
import { browserSessionstorageGet } from './sessionstorage-get.ts';
import { browserSessionstorageList } from './sessionstorage-list.ts';
import { browserSessionstorageSet } from './sessionstorage-set.ts';
import { browserSetStorageState } from './set-storage-state.ts';
import { browserSnapshot } from './snapshot.ts';
import { browserStartTracing } from './start-tracing.ts';
import { browserStartVideo } from './start-video.ts';
import { browserStopTracing } from './stop-tracing.ts';
import { browserStopVideo } from './stop-video.ts';
import { browserStorageState } from './storage-state.ts';
import { browserTabs } from './tabs.ts';
import { browserTakeScreenshot } from './take-screenshot.ts';
import { browserType } from './type.ts';
import { browserUnroute } from './unroute.ts';
import { browserWaitFor } from './wait-for.ts';

export const tools = [
  browserNavigate,
  browserNavigateBack,
  browserNavigateForward,
  browserReload,
  browserSnapshot,
  browserFind,
  browserGetMarkdown,
  browserClick,
  browserHover,
  browserDrag,
  browserDrop,
  browserType,
  browserFillForm,
  browserSelectOption,
  browserPressKey,
  browserFileUpload,
  browserHandleDialog,
  browserWaitFor,
  browserTakeScreenshot,
  browserTabs,
  browserEvaluate,
  browserConsoleMessages,
  browserStartTracing,
  browserStopTracing,
  browserStartVideo,
  browserStopVideo,
  browserNetworkRequests,
  browserNetworkRequest,
  browserRoute,
  browserRouteList,
  browserUnroute,
  browserNetworkStateSet,
  browserGetDownloadList,
  browserResize,
  browserEmulateMedia,
  browserMouseMoveXy,
  browserMouseClickXy,
  browserMouseDragXy,
  browserMouseDown,
  browserMouseUp,
  browserMouseWheel,
  browserCookieList,
  browserCookieGet,
  browserCookieSet,
  browserCookieDelete,
  browserCookieClear,
  browserLocalstorageList,
  browserLocalstorageGet,
  browserLocalstorageSet,
  browserLocalstorageDelete,
  browserLocalstorageClear,
  browserSessionstorageList,
  browserSessionstorageGet,
  browserSessionstorageSet,
  browserSessionstorageDelete,
  browserSessionstorageClear,
  browserStorageState,
  browserSetStorageState,
  browserPdfSave,
  browserRequestTakeover,
  browserClose,
];
