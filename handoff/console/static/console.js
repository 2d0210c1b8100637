// What makes the console live: news from the server, forms that send without leaving the page, drafts that survive.
// Every page also works without this file, by plain links and forms.

import { keepDrafts } from "./drafts.js";
import { sendForms } from "./forms.js";
import { listen } from "./live.js";
import { showAges, showCount, stayAtBottom, toBottom } from "./page.js";

keepDrafts();
sendForms();
listen();
showCount();
showAges();
toBottom();
stayAtBottom();
setInterval(showAges, 20000);
