// What makes a page live; every page that shows the header has it. htmx swaps fragments by id, these do the rest.
import "./live/connection.js";
import "./live/fragments.js";
import "./live/answers.js";
import "./live/spoken.js";
import "./live/times.js";
import "./live/refusals.js";
import "./live/selector.js";
