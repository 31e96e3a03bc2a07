import "@tabler/core/dist/css/tabler.css";
import "./styles/frame.css";
import "./styles/parts.css";
import "./styles/lists.css";
import "./styles/check.css";
import "./styles/print.css";
import htmx from "htmx.org";
import { startDemoClock } from "./shell/demo";
import { startOutbox } from "./shell/outbox_start";
import { startPages } from "./shell/pages";
import { startPops } from "./shell/pops";
import { startScroll } from "./shell/scroll";
import { startTrouble } from "./shell/trouble";

// Said twice, here and in the page's meta element: no page may run text as a script.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0;

startPops();
startTrouble();
startPages();
startScroll();
startOutbox();
startDemoClock();
