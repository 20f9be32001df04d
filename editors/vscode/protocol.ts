// Everything that travels over the local socket (docs/local-socket.md). Made from crates/agent/src/team/socket/protocol.rs:
// DAYLOOM_WRITE=1 cargo test -p dayloom-agent the_typescript_is_fresh

export const PROTOCOL = 1;

/**
 * What the status bar shows at a glance.
 */
export type Level = "off" | "signed_out" | "waiting" | "active" | "idle" | "gated";

/**
 * Minutes of the present UTC day in one workspace.
 */
export type WorkspaceToday = { 
/**
 * Id of the workspace.
 */
id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Internal minutes.
 */
internal: number, 
/**
 * External minutes.
 */
external: number, };

/**
 * How the collector is.
 */
export type Snapshot = { 
/**
 * What the status bar shows.
 */
level: Level, 
/**
 * The UTC minute of the last tick; null before the first.
 */
at: string | null, 
/**
 * `ACTIVE`, `IDLE` or `GATED`; null before the first tick.
 */
state: string | null, 
/**
 * Why, such as `aw+os`; null before the first tick.
 */
reason: string | null, 
/**
 * A few words for the status bar.
 */
text: string, 
/**
 * Lines for its tooltip.
 */
tooltip: string, 
/**
 * What a person should be told, such as a setting that does not stand; null where all is well.
 */
warning: string | null, 
/**
 * The master switch.
 */
enabled: boolean, 
/**
 * Whether somebody is signed in.
 */
signed_in: boolean, 
/**
 * Whether ActivityWatch answered in the last tick; null where it is not asked.
 */
activity_watch: boolean | null, 
/**
 * The idle window in force, in minutes.
 */
idle_window_minutes: number, 
/**
 * Name of the application in front in the last minute; null where none is known, or it is excluded.
 */
app: string | null, 
/**
 * `owner/name` of the repository in front; null where none is known.
 */
repo: string | null, 
/**
 * Editor windows that are open.
 */
editors: number, 
/**
 * Minutes of the present UTC day, by workspace; minutes that still wait are in it.
 */
today: Array<WorkspaceToday>, 
/**
 * Minutes that wait for the server.
 */
waiting: number, 
/**
 * When the server last accounted for minutes.
 */
flushed_at: string | null, };

/**
 * Who calls.
 */
export type Hello = { 
/**
 * Name of the program, such as `vscode`.
 */
client: string, 
/**
 * Its version.
 */
version: string, };

/**
 * Who answers.
 */
export type Welcome = { 
/**
 * The version of the protocol spoken.
 */
protocol: number, 
/**
 * The version of the agent.
 */
version: string, 
/**
 * Its process.
 */
pid: number, 
/**
 * How the collector is.
 */
state: Snapshot, };

/**
 * What an editor's window says of itself. Sent when anything of it changes, and once after connecting.
 */
export type WindowReport = { 
/**
 * Tells the windows of one connection apart.
 */
window: string, 
/**
 * Whether it has the focus.
 */
focused: boolean, 
/**
 * Address of the Git remote of the file in front; null where it has none, absent where the last one stays.
 */
remote?: string | null, };

/**
 * A window by its name.
 */
export type WindowName = { 
/**
 * As it was reported.
 */
window: string, };

/**
 * Which lines of the log are wanted.
 */
export type LogRead = { 
/**
 * How many of the last ones, at most 20,160 (14 days).
 */
limit: number, };

/**
 * A line of the activity log.
 */
export type LogEntry = { 
/**
 * The UTC minute.
 */
at: string, 
/**
 * `ACTIVE`, `IDLE` or `GATED`.
 */
state: string, 
/**
 * Why, such as `aw+os`.
 */
reason: string, 
/**
 * What an active minute was in each workspace, in words; empty for others.
 */
detail: string, };

/**
 * The settings in force. Names are those of `config.toml` under `[team]` and of the local socket.
 */
export type TeamSettings = { 
/**
 * Master switch.
 */
enabled: boolean, 
/**
 * Minutes without input that still count for a member without workspaces, 1 to 15.
 */
idle_window_minutes: number, 
/**
 * Ask the local ActivityWatch server.
 */
use_activity_watch: boolean, 
/**
 * Count nothing while that server does not answer.
 */
require_activity_watch: boolean, 
/**
 * Its base address, on this machine.
 */
activity_watch_url: string, 
/**
 * Warn while tracking is off or nobody is signed in.
 */
require_tracking: boolean, 
/**
 * `HH:MM-HH:MM` in local time in which every minute is idle; empty means never.
 */
idle_sleep_window: string, };

/**
 * A change: what is absent stays.
 */
export type TeamSettingsChange = { 
/**
 * Master switch.
 */
enabled?: boolean, 
/**
 * 1 to 15.
 */
idle_window_minutes?: number, 
/**
 * Ask the local ActivityWatch server.
 */
use_activity_watch?: boolean, 
/**
 * Count nothing while that server does not answer.
 */
require_activity_watch?: boolean, 
/**
 * Its base address, on this machine.
 */
activity_watch_url?: string, 
/**
 * Warn while tracking is off or nobody is signed in.
 */
require_tracking?: boolean, 
/**
 * `HH:MM-HH:MM`, or empty.
 */
idle_sleep_window?: string, };

/**
 * A sign-in. The token stays on this machine.
 */
export type Login = { 
/**
 * The server; absent or null keeps the one in use.
 */
server?: string | null, 
/**
 * An API or session token of that server.
 */
token: string, 
/**
 * Whether to turn tracking on as well.
 */
enable?: boolean, };

/**
 * A workspace to make.
 */
export type NewWorkspace = { 
/**
 * 1 to 255 characters.
 */
name: string, };

/**
 * An invite to accept.
 */
export type JoinWorkspace = { 
/**
 * Its code.
 */
code: string, };

/**
 * A list of patterns, or the text a person edited it as (`contract/team.md` §5).
 */
export type Patterns = string | Array<string>;

/**
 * The new allowlist of a workspace.
 */
export type SetAllowlist = { 
/**
 * Id or name of the workspace; absent or null where the member has just one.
 */
workspace?: string | null, 
/**
 * The patterns; none lets every application count.
 */
patterns: Patterns, };

/**
 * A workspace.
 */
export type OfWorkspace = { 
/**
 * Its id or name; absent or null where the member has just one.
 */
workspace?: string | null, };

/**
 * What an admin's client counts on GitHub.
 */
export type CountOf = "commits" | "closed_issues";

/**
 * Counts of member-days of a workspace, each in place of what stood for it.
 */
export type PostCounts = { 
/**
 * Id or name of the workspace; absent or null where the member has just one.
 */
workspace?: string | null, 
/**
 * What was counted.
 */
what: CountOf, 
/**
 * Rows.
 */
days: { developer_id: string, day: string, internal: number, external: number }[], };

/**
 * A login of GitHub.
 */
export type GithubLogin = { 
/**
 * 1 to 39 letters, digits and single hyphens; an empty text takes it back.
 */
login: string, };

/**
 * What would be sent at the next flush.
 */
export type PreviewAnswer = { 
/**
 * The request's body, word for word.
 */
body: unknown, 
/**
 * Minutes that wait in all.
 */
waiting: number, 
/**
 * Minutes that stand aside until the server has said which workspaces there are; no request holds them yet.
 */
aside: number, };

/**
 * What became of ActivityWatch.
 */
export type ActivityWatchAnswer = { 
/**
 * Whether it answers now.
 */
running: boolean, 
/**
 * Ids of the processes that were asked to end.
 */
ended: Array<number>, };

/** What may be called. */
export type Call =
  | "hello"
  | "window/report"
  | "window/close"
  | "state/get"
  | "state/subscribe"
  | "log/read"
  | "log/subscribe"
  | "settings/get"
  | "settings/set"
  | "team/login"
  | "team/logout"
  | "team/me"
  | "team/createWorkspace"
  | "team/joinWorkspace"
  | "team/setAllowlist"
  | "team/members"
  | "team/postCounts"
  | "team/setGithubLogin"
  | "team/preview"
  | "team/refresh"
  | "activityWatch/toggle"
  | "activityWatch/start"
  | "activityWatch/stop";

/** What the agent tells by itself. */
export type Told = "state/changed" | "log/entry";
