import "./shell/pages";
