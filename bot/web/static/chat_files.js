/* Files on the chat page: looked at before they leave, and carried with their progress. */

/** Why a file cannot be sent, as the page's words name it; "" when it can. A browser does not know every type: what it does not
 * know, the server looks at. */
export const refusalOf = (file, { most, types }) => {
  if (file.size > most) return "file_too_large";
  if (!file.size || (file.type && !types.includes(file.type))) return "file_type";
  return "";
};

/** What was pasted or dropped as files. */
export const filesOf = (transfer) => [...(transfer?.files ?? [])];

/** Send one file. Resolves to the answer, as `fetch` would give it, or to null where there is none. `progress` is told 0 to 1. */
export const upload = (address, { id, file }, session, progress) =>
  new Promise((done) => {
    const request = new XMLHttpRequest(); // fetch tells nothing of what has left
    request.open("POST", address);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.setRequestHeader("X-Message-Id", id);
    request.setRequestHeader("X-Chat-Session", session);
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.timeout = 160_000;
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    });
    request.addEventListener("loadend", () => {
      if (!request.status) return done(null);
      const wait = request.getResponseHeader("Retry-After");
      return done(new Response(request.responseText, { status: request.status, headers: wait ? { "Retry-After": wait } : {} }));
    });
    request.send(file);
  });
