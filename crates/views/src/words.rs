//! The words of the pages in English and Hindi. One table: a word that lacks a language does not compile.
//!
//! The keys of `contract/tracker.md` §6.1 keep their published names and are found by [`Words::contract`].

pub use dayloom_domain::Locale;

macro_rules! words {
    (
        published { $($field:ident $key:literal : $en:literal, $hi:literal;)+ }
        ours { $($own:ident : $own_en:literal, $own_hi:literal;)+ }
    ) => {
        /// Every word of the pages in one language. `{…}` are places to fill.
        #[expect(missing_docs, reason = "each word is its own description, in the table below")]
        #[derive(Debug)]
        pub struct Words {
            pub locale: Locale,
            pub weekdays: [&'static str; 7],
            pub weekdays_short: [&'static str; 7],
            pub months: [&'static str; 12],
            $(pub $field: &'static str,)+
            $(pub $own: &'static str,)+
        }

        /// English.
        pub static EN: Words = Words {
            locale: Locale::En,
            weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
            weekdays_short: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
            months: ["January", "February", "March", "April", "May", "June", "July", "August", "September",
                     "October", "November", "December"],
            $($field: $en,)+
            $($own: $own_en,)+
        };

        /// Hindi.
        pub static HI: Words = Words {
            locale: Locale::Hi,
            weekdays: ["सोमवार", "मंगलवार", "बुधवार", "गुरुवार", "शुक्रवार", "शनिवार", "रविवार"],
            weekdays_short: ["सोम", "मंगल", "बुध", "गुरु", "शुक्र", "शनि", "रवि"],
            months: ["जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्तूबर",
                     "नवंबर", "दिसंबर"],
            $($field: $hi,)+
            $($own: $own_hi,)+
        };

        /// Every word in both languages.
        #[cfg(test)]
        const PAIRS: &[(&str, &str)] = &[$(($en, $hi),)+ $(($own_en, $own_hi),)+];

        impl Words {
            /// The words of a language.
            pub fn of(locale: Locale) -> &'static Self {
                match locale {
                    Locale::En => &EN,
                    Locale::Hi => &HI,
                }
            }

            /// The word under a published key, without its `tracking.tracker.`.
            pub fn contract(&self, key: &str) -> Option<&'static str> {
                match key {
                    $($key => Some(self.$field),)+
                    _ => None,
                }
            }

            /// All published keys.
            pub const CONTRACT_KEYS: &'static [&'static str] = &[$($key),+];
        }
    };
}

words! {
    published {
        title "title": "Tracker", "ट्रैकर";
        subtitle "subtitle": "Where the day went", "दिन कहाँ गया";
        metric_total "metricTotal": "Total", "कुल";
        metric_days "metricDays": "Days", "दिन";
        metric_entries "metricEntries": "Entries", "प्रविष्टियाँ";
        metric_avg "metricAvg": "Average per day", "प्रति दिन औसत";
        ask_title "askTitle": "Ask about your time", "अपने समय के बारे में पूछें";
        ask_placeholder "askPlaceholder": "What did I do yesterday?", "मैंने कल क्या किया?";
        ask_aria_label "askAriaLabel": "Question about your time", "आपके समय के बारे में प्रश्न";
        ask "ask": "Ask", "पूछें";
        suggest_standup "suggestStandup": "Write my stand-up", "मेरा स्टैंड-अप लिखें";
        suggest_shipped "suggestShipped": "What was finished?", "क्या पूरा हुआ?";
        suggest_where_time "suggestWhereTime": "Where did the time go?", "समय कहाँ गया?";
        based_on "basedOn": "based on {journals} journals, {entries} entries", "{journals} डायरी, {entries} प्रविष्टियों पर आधारित";
        qa_error "qaError": "No answer. Ask again in a minute.", "उत्तर नहीं मिला। एक मिनट बाद फिर पूछें।";
        empty "empty": "Nothing was recorded on this day.", "इस दिन कुछ दर्ज नहीं हुआ।";
        journal_only "journalOnly": "Journal only", "केवल डायरी";
        unattributed "unattributed": "No task yet", "अभी कोई कार्य नहीं";
        confidence "confidence": "{pct} % sure", "{pct} % निश्चित";
        confirm "confirm": "Confirm", "पुष्टि करें";
        reassign "reassign": "Change", "बदलें";
        dismiss "dismiss": "Dismiss", "हटाएँ";
        status_confirmed "statusConfirmed": "Confirmed", "पुष्ट";
        status_corrected "statusCorrected": "Moved by you", "आपने बदला";
        reassign_placeholder "reassignPlaceholder": "Choose a task", "कार्य चुनें";
        no_tasks "noTasks": "No open tasks", "कोई खुला कार्य नहीं";
    }
    ours {
        unit_hour: "h", "घं";
        unit_minute: "m", "मि";
        unit_second: "s", "से";
        skip: "Skip to the day", "सीधे दिन पर जाएँ";
        nav: "Pages", "पृष्ठ";
        nav_day: "Day", "दिन";
        nav_week: "Week", "सप्ताह";
        nav_insights: "Insights", "बातें";
        insights_what: "What stood out on your days, measured against fixed limits and your own usual. Only you see this.", "आपके दिनों में क्या अलग था, तय सीमाओं और आपके अपने सामान्य से नापा हुआ। यह केवल आपको दिखता है।";
        insights_none: "Nothing stood out so far.", "अब तक कुछ अलग नहीं था।";
        insight_kinds: "Kinds", "प्रकार";
        insight_switching: "Many changes of application", "ऐप के बहुत से बदलाव";
        insight_meetings: "Much of the day in calls", "दिन का बड़ा हिस्सा कॉल में";
        insight_after_hours: "Work outside of your hours", "आपके समय के बाहर काम";
        insight_focus: "No long stretch", "कोई लंबा टुकड़ा नहीं";
        insight_mute: "Mute this kind", "यह प्रकार बंद करें";
        insight_unmute: "Tell me again", "फिर बताएँ";
        not_read: "{n} not read", "{n} अनपढ़ी";
        read_all: "Mark all as read", "सब पढ़ी मानें";
        nav_team: "Team", "टीम";
        team_skip: "Skip to the team", "सीधे टीम पर जाएँ";
        team_members_n: "{n} members", "{n} सदस्य";
        team_member_1: "1 member", "1 सदस्य";
        team_zones_n: "{n} time zones", "{n} समय क्षेत्र";
        team_zone_1: "1 time zone", "1 समय क्षेत्र";
        team_note: "{members}, {zones} · each day is a UTC day, each strip is the member’s own clock", "{members}, {zones} · हर दिन UTC का दिन है, हर पट्टी सदस्य की अपनी घड़ी की";
        team_days_n: "{n} days", "{n} दिन";
        team_internal: "Internal", "आंतरिक";
        team_external: "External", "बाहरी";
        team_commits: "Commits", "कमिट";
        team_issues: "Closed issues", "बंद इशू";
        team_issues_short: "Issues", "इशू";
        team_internal_note: "in the workspace’s repositories", "कार्यक्षेत्र के रिपॉज़िटरी में";
        team_external_note: "everything else, by its label", "बाक़ी सब, अपने लेबल से";
        team_pair_note: "internal + external", "आंतरिक + बाहरी";
        team_knows: "What this page knows", "यह पृष्ठ क्या जानता है";
        team_knows_text: "Minutes, repository names, app labels where an allowlist needs them. Never titles, pages, files or keys. What you send is shown by", "मिनट, रिपॉज़िटरी के नाम, और जहाँ अनुमति-सूची को चाहिए वहाँ ऐप के नाम। शीर्षक, पृष्ठ, फ़ाइलें या कुंजियाँ कभी नहीं। आप क्या भेजते हैं, यह दिखाता है";
        team_member: "Member", "सदस्य";
        team_strip: "Active minutes in each hour, member’s clock", "हर घंटे के सक्रिय मिनट, सदस्य की घड़ी";
        team_where: "Where", "कहाँ";
        team_no_minutes: "no minutes on this day", "इस दिन कोई मिनट नहीं";
        team_no_minutes_range: "no minutes on these days", "इन दिनों में कोई मिनट नहीं";
        team_not_yours: "seen by admins and by themselves", "एडमिन और वे स्वयं देखते हैं";
        team_former: "left", "छोड़ चुके";
        team_more: "{n} more", "{n} और";
        team_by_day: "by day", "दिन के अनुसार";
        team_all_members: "All members", "सभी सदस्य";
        team_full_hour: "a full hour", "पूरा घंटा";
        team_fullest: "the fullest bar is {time}", "सबसे ऊँची पट्टी {time} है";
        team_strip_hour: "{hour}: {internal} and {external} external", "{hour}: {internal} और {external} बाहरी";
        team_counted: "Commits and issues: counted last {when} by {who}.", "कमिट और इशू: आख़िरी गिनती {when}, {who} द्वारा।";
        team_not_counted: "Commits and issues were not counted on these days.", "इन दिनों में कमिट और इशू नहीं गिने गए।";
        team_missing: "{day} is missing for {who}.", "{day}: {who} की गिनती बाक़ी है।";
        team_missing_more: "And {n} more.", "और {n}।";
        team_may_be_slow: "This pattern takes too long on some long titles and counts as not matching there:", "कुछ लंबे शीर्षकों पर इस पैटर्न में बहुत समय लगता है, वहाँ इसे मेल नहीं माना जाता:";
        team_7_days: "7 days", "7 दिन";
        team_30_days: "30 days", "30 दिन";
        team_spaces: "Workspaces", "कार्यक्षेत्र";
        team_tester: "Would it be internal?", "क्या यह आंतरिक होगा?";
        team_repository: "Repository", "रिपॉज़िटरी";
        team_app: "App", "ऐप";
        team_title: "Title", "शीर्षक";
        team_test: "Test", "जाँचें";
        team_is_internal: "Internal.", "आंतरिक।";
        team_is_external: "External.", "बाहरी।";
        team_filed: "It is filed under", "यह इसके अंतर्गत है:";
        team_repo_matches: "The repository matches", "रिपॉज़िटरी इससे मेल खाता है:";
        team_app_matches: "The window matches", "खिड़की इससे मेल खाती है:";
        team_too_slow: "This pattern took too long and counts as not matching:", "इस पैटर्न में बहुत समय लगा, इसलिए इसे मेल नहीं माना गया:";
        team_tester_note: "Nothing of this is stored.", "इसमें से कुछ भी सहेजा नहीं जाता।";
        team_workspace: "Workspace", "कार्यक्षेत्र";
        team_admin: "admin", "एडमिन";
        team_plain_member: "member", "सदस्य";
        team_name: "Name", "नाम";
        team_repo_patterns: "Repository patterns", "रिपॉज़िटरी पैटर्न";
        team_repo_patterns_note: "One a line. * stays within a segment, ** goes across, {a,b} is a choice.", "हर पंक्ति में एक। * एक खंड में रहता है, ** सबके पार जाता है, {a,b} विकल्प है।";
        team_allowlist: "App allowlist", "ऐप अनुमति-सूची";
        team_allowlist_note: "One JavaScript regular expression a line, found without case in the app’s name or the title. Without any, every app counts.", "हर पंक्ति में एक JavaScript रेगुलर एक्सप्रेशन, जो ऐप के नाम या शीर्षक में खोजा जाता है। कोई न हो तो हर ऐप गिना जाता है।";
        team_none_repo: "none: every minute is external", "कोई नहीं: हर मिनट बाहरी है";
        team_none_app: "none: every app counts", "कोई नहीं: हर ऐप गिना जाता है";
        team_bounds: "Idle window, daily cap", "निष्क्रिय अवधि, दैनिक सीमा";
        team_bounds_text: "{idle} minutes, {cap} minutes", "{idle} मिनट, {cap} मिनट";
        team_idle: "Idle window, 1 to 15 minutes", "निष्क्रिय अवधि, 1 से 15 मिनट";
        team_cap: "Daily cap, 1 to 1440 minutes", "दैनिक सीमा, 1 से 1440 मिनट";
        team_invite: "Invite", "आमंत्रण";
        team_invite_text: "until {when}, used {n} times", "{when} तक, {n} बार इस्तेमाल";
        team_invite_none: "no live invite", "कोई चालू आमंत्रण नहीं";
        team_invite_make: "Make one", "बनाएँ";
        team_invite_renew: "Renew", "नया बनाएँ";
        team_invite_end: "Withdraw", "वापस लें";
        team_members: "Members", "सदस्य";
        team_make_admin: "Make admin", "एडमिन बनाएँ";
        team_make_member: "Make member", "सदस्य बनाएँ";
        team_remove: "Remove", "हटाएँ";
        team_leave: "Leave", "छोड़ें";
        team_edit: "Edit", "बदलें";
        team_save: "Save", "सहेजें";
        team_not_saved: "Not saved.", "सहेजा नहीं गया।";
        team_none: "You are in no team yet.", "आप अभी किसी टीम में नहीं हैं।";
        team_none_text: "A team is a workspace whose members see each other’s active minutes: how many, and when, never what was on the screen.", "टीम एक कार्यक्षेत्र है जिसके सदस्य एक-दूसरे के सक्रिय मिनट देखते हैं: कितने, और कब; स्क्रीन पर क्या था, यह कभी नहीं।";
        team_join: "Join with an invite", "आमंत्रण से जुड़ें";
        team_code: "Invite code", "आमंत्रण कोड";
        team_join_do: "Join", "जुड़ें";
        team_create: "Make a workspace", "कार्यक्षेत्र बनाएँ";
        team_create_do: "Make", "बनाएँ";
        team_invite_bad: "This invite does not let you in; ask an admin of the workspace for a new one.", "यह आमंत्रण काम नहीं करता; कार्यक्षेत्र के एडमिन से नया माँगें।";
        team_join_wait: "At most 30 invites can be tried within a minute; try again shortly.", "एक मिनट में अधिक से अधिक 30 आमंत्रण आज़माए जा सकते हैं; थोड़ी देर में फिर कोशिश करें।";
        menu: "Menu", "मेन्यू";
        sign_out: "Sign out", "साइन आउट";
        pause: "Pause", "रोकें";
        resume: "Resume", "जारी रखें";
        running: "Running on {device}", "{device} पर चालू";
        running_short: "Running", "चालू";
        paused: "Paused", "रुका हुआ";
        last_seen: "{device} last seen", "{device} आख़िरी बार दिखा";
        not_seen: "Not running", "चालू नहीं";
        ago: "{time} ago", "{time} पहले";
        ranges: "Range", "अवधि";
        this_week: "This week", "यह सप्ताह";
        this_month: "This month", "यह महीना";
        last_30: "Last 30 days", "पिछले 30 दिन";
        from_to: "From … to …", "… से … तक";
        from: "From", "से";
        to: "To", "तक";
        show: "Show", "दिखाएँ";
        week_n: "Week {n}", "सप्ताह {n}";
        weeks_start: "Weeks start on Monday", "सप्ताह सोमवार से";
        week_strip: "Days of this week", "इस सप्ताह के दिन";
        week_before: "Week before", "पिछला सप्ताह";
        week_after: "Week after", "अगला सप्ताह";
        before: "Before", "पहले";
        after: "After", "बाद में";
        on_tasks: "On tasks", "कार्यों पर";
        of_total: "{n} % of the total", "कुल का {n} %";
        stretches: "{n} stretches", "{n} टुकड़े";
        stretch: "1 stretch", "1 टुकड़ा";
        blocks: "Blocks", "खंड";
        one_block: "1 block", "1 खंड";
        n_blocks: "{n} blocks", "{n} खंड";
        reviewed_open: "{r} reviewed, {o} open", "{r} जाँचे, {o} बाक़ी";
        seen_on: "seen on {names}", "{names} पर देखा गया";
        personal_in_it: "{time} of it personal", "इसमें {time} निजी";
        with_time: "with time on them", "जिनमें समय है";
        of_days_with_time: "of the days with time", "समय वाले दिनों का";
        by_task_line: "by task", "कार्य के अनुसार";
        cloth_label: "The day by task; the list holds the same facts", "कार्य के अनुसार दिन; सूची में वही तथ्य हैं";
        range_label: "The days by task; the table holds the same facts", "कार्य के अनुसार दिन; तालिका में वही तथ्य हैं";
        away: "Away", "दूर";
        away_row: "Away from every device", "हर उपकरण से दूर";
        personal: "Personal", "निजी";
        not_counted: "Not counted", "गिना नहीं गया";
        dismissed: "Dismissed", "हटाया गया";
        threads_n: "{n} threads on {d} devices", "{d} उपकरणों पर {n} धागे";
        as_table: "as a table", "तालिका के रूप में";
        zoom_show: "Show", "दिखाएँ";
        zoom_day: "day", "दिन";
        zoom_3: "3 hours", "3 घंटे";
        zoom_1: "1 hour", "1 घंटा";
        reading_hint: "Each block of the cloth leads to its row below.", "कपड़े का हर खंड नीचे अपनी पंक्ति तक ले जाता है।";
        reading_hint_days: "Each block of the cloth leads to its day.", "कपड़े का हर खंड अपने दिन तक ले जाता है।";
        shadow_note: "{app} on {device} was in use too, {time}: shadowed, not counted twice", "{device} पर {app} भी खुला था, {time}: छाया में, दो बार नहीं गिना";
        key_title: "Key", "कुंजी";
        key_reviewed: "reviewed: selvedge below", "जाँचा हुआ: नीचे किनारी";
        key_whole: "75 % sure or more", "75 % या अधिक निश्चित";
        key_half: "50 to 74 %", "50 से 74 %";
        key_thin: "below 50 %", "50 % से कम";
        key_warp: "no task yet", "अभी कोई कार्य नहीं";
        key_personal: "personal", "निजी";
        key_dismissed: "dismissed, not counted", "हटाया, गिना नहीं";
        key_shadowed: "shadowed", "छाया में";
        key_away: "away", "दूर";
        open_n: "{n} open", "{n} बाक़ी";
        head_time: "Time", "समय";
        head_task: "Task, and why", "कार्य, और क्यों";
        head_minutes: "Minutes", "मिनट";
        head_sure: "Sure", "निश्चित";
        by_task: "By task", "कार्य के अनुसार";
        by_task_day: "By task and day", "कार्य और दिन के अनुसार";
        head_plain_task: "Task", "कार्य";
        total: "Total", "कुल";
        week: "Week", "सप्ताह";
        not_in_total: "Not in the total: {what}.", "कुल में नहीं: {what}।";
        away_time: "away {time}", "दूर {time}";
        dismissed_time: "dismissed {time}", "हटाया {time}";
        sources: "Sources", "स्रोत";
        head_device: "Device", "उपकरण";
        head_app: "App", "ऐप";
        head_samples: "Samples", "नमूने";
        head_seen: "Seen", "देखा";
        head_shadowed: "Shadowed", "छाया में";
        journal: "Journal", "डायरी";
        journal_facts: "composed from what was recorded", "दर्ज बातों से लिखी";
        journal_over_budget: "composed from what was recorded: the language model's tokens of the day are used up", "दर्ज बातों से लिखी: भाषा मॉडल के आज के टोकन समाप्त हैं";
        journal_model: "phrased by {model}, every figure checked", "{model} के शब्दों में, हर आँकड़ा जाँचा हुआ";
        journal_as_of: "as of {time}", "{time} तक";
        journal_edited: "edited by you", "आपने बदली";
        journal_edit: "Edit the journal", "डायरी बदलें";
        journal_text: "Text of the journal", "डायरी का पाठ";
        journal_save: "Save", "सहेजें";
        journal_reset: "Write it from the facts again", "तथ्यों से फिर लिखें";
        threads: "Threads", "धागे";
        days: "Days", "दिन";
        head_day: "Day", "दिन";
        head_month: "Month", "महीना";
        head_reviewed: "Reviewed", "जाँचे";
        all: "all", "सब";
        n_of_m: "{n} of {m}", "{m} में से {n}";
        csv: "CSV", "CSV";
        print: "Print", "छापें";
        all_keys: "all keys", "सभी कुंजियाँ";
        keys_title: "Keys", "कुंजियाँ";
        keys_days: "day before, day after", "पिछला दिन, अगला दिन";
        keys_today: "today", "आज";
        keys_zoom: "zoom", "ज़ूम";
        keys_move: "move through the blocks", "खंडों में चलें";
        keys_day_week: "day, week", "दिन, सप्ताह";
        keys_help: "this list", "यह सूची";
        keys_leave: "leave", "छोड़ें";
        close: "Close", "बंद करें";
        pending: "New samples of this day are being woven. Totals so far: {time}.", "इस दिन के नए नमूने बुने जा रहे हैं। अब तक कुल: {time}।";
        pending_days: "New samples of these days are being woven. Totals so far: {time}.", "इन दिनों के नए नमूने बुने जा रहे हैं। अब तक कुल: {time}।";
        paused_note: "Paused by you. Nothing is recorded until you resume.", "आपने रोका है। जारी करने तक कुछ दर्ज नहीं होगा।";
        empty_more: "{device} was last seen on {when}.", "{device} आख़िरी बार {when} दिखा।";
        go_today: "Go to today", "आज पर जाएँ";
        today: "Today", "आज";
        first_title: "Your first minute", "आपका पहला मिनट";
        first_gist: "Nothing to start and nothing to stop. Leave this page open and go on with your work.", "न कुछ शुरू करना है, न रोकना। यह पृष्ठ खुला रहने दें और अपना काम जारी रखें।";
        step_done: "done", "पूरा";
        step_open: "not yet", "अभी नहीं";
        first_answers: "This computer answers", "यह कंप्यूटर उत्तर दे रहा है";
        first_signed_in: "You are signed in.", "आप साइन इन हैं।";
        first_kept: "Your days are kept in {folder}.", "आपके दिन {folder} में रखे जाते हैं।";
        first_device: "A device is joined", "एक उपकरण जुड़ा है";
        first_device_more: "{platform}, one sample every {n} s. dayloom doctor says which sources it has.", "{platform}, हर {n} से में एक नमूना। dayloom doctor बताता है कि इसके पास कौन-से स्रोत हैं।";
        first_no_device: "Waiting for an agent. dayloom up starts one; elsewhere it is dayloom agent --server and this address.", "एजेंट की प्रतीक्षा है। dayloom up उसे शुरू करता है; किसी और मशीन पर dayloom agent --server और यह पता।";
        first_sample: "The first sample", "पहला नमूना";
        first_sample_here: "The first sample arrived", "पहला नमूना पहुँच गया";
        first_waiting: "Nothing has arrived yet. Go on with your work.", "अभी कुछ नहीं पहुँचा। अपना काम जारी रखें।";
        first_woven: "The first minute is woven", "पहला मिनट बुन गया";
        first_weaving: "The first minute is being woven", "पहला मिनट बुना जा रहा है";
        first_of_60: "{n} of 60 s", "60 में से {n} से";
        field_app: "app", "ऐप";
        field_title: "title", "शीर्षक";
        field_repository: "repository", "रिपॉज़िटरी";
        field_branch: "branch", "शाखा";
        field_left: "left the machine", "मशीन से बाहर गया";
        field_nothing: "nothing", "कुछ नहीं";
        signed_out_title: "Signed out", "साइन आउट";
        signed_out: "You are not signed in on this browser.", "इस ब्राउज़र पर आप साइन इन नहीं हैं।";
        signed_out_then: "To open your day, run", "अपना दिन खोलने के लिए चलाएँ";
        link_spent_title: "Link spent", "लिंक उपयोग हो चुका";
        link_spent: "This link has been used, or is older than two minutes.", "यह लिंक उपयोग हो चुका है, या दो मिनट से पुराना है।";
        link_spent_then: "Each link opens the page once. For a new one, run", "हर लिंक पृष्ठ को एक ही बार खोलता है। नए के लिए चलाएँ";
        bad_dates_title: "Dates not understood", "तारीख़ें समझ नहीं आईं";
        dates_unreadable: "Invalid date (use YYYY-MM-DD)", "अमान्य तारीख़ (YYYY-MM-DD लिखें)";
        dates_reversed: "The first day is after the last", "पहला दिन आख़िरी दिन के बाद है";
        dates_too_many: "A range has at most ten years", "अवधि अधिक से अधिक दस वर्ष की होती है";
        bad_dates_then: "Days look like {day}, ranges like {range}.", "दिन का पता {day} जैसा होता है, अवधि का {range} जैसा।";
        forbidden_title: "Not allowed", "अनुमति नहीं";
        forbidden_form: "This form was not made by a page of this server. Nothing was changed.", "यह फ़ॉर्म इस सर्वर के किसी पृष्ठ का नहीं है। कुछ बदला नहीं गया।";
        forbidden_name: "This page was asked for under a name that is not this server's.", "यह पृष्ठ ऐसे नाम से माँगा गया जो इस सर्वर का नहीं है।";
        forbidden_then: "Go back to your own day and try again from there.", "अपने दिन पर लौटें और वहाँ से फिर कोशिश करें।";
        own_day: "Your own day", "अपना दिन";
        not_found_title: "No such page", "ऐसा कोई पृष्ठ नहीं";
        not_found: "There is no such page.", "ऐसा कोई पृष्ठ नहीं है।";
        not_found_then: "Days look like {day}.", "दिन का पता {day} जैसा होता है।";
        failed_title: "Failed", "विफल";
        failed: "This page could not be made.", "यह पृष्ठ नहीं बन सका।";
        failed_then: "Nothing you recorded is lost. Load the page again; if it fails again, the server's log says why.", "आपका दर्ज किया कुछ नहीं खोया। पृष्ठ फिर खोलें; फिर विफल हो, तो सर्वर का लॉग कारण बताता है।";
        not_woven: "Nothing is drawn for the hours to come.", "आने वाले घंटों के लिए कुछ नहीं बना है।";
        now: "now", "अभी";
        clocks_change: "clocks change", "घड़ियाँ बदलती हैं";
        gist_most: "Most of the day went to {task}", "दिन का अधिकतर समय {task} पर गया";
        gist_most_days: "Most of the time went to {task}", "अधिकतर समय {task} पर गया";
        gist_largest: "The largest part, {time}, went to {task}", "सबसे बड़ा हिस्सा, {time}, {task} पर गया";
        gist_no_task: "Of {time} recorded, none has a task yet.", "दर्ज {time} में से किसी का अभी कोई कार्य नहीं।";
        gist_rest: ", and {time} have no task yet.", ", और {time} का अभी कोई कार्य नहीं।";
        gist_rest_one: ", and 1m has no task yet.", ", और 1मि का अभी कोई कार्य नहीं।";
        full_stop: ".", "।";
        gist_all: ", and all of it has a task.", ", और सबका कार्य है।";
        gist_personal: "All {time} recorded were personal.", "दर्ज सारा {time} निजी था।";
        gist_empty_range: "Nothing was recorded on these days.", "इन दिनों में कुछ दर्ज नहीं हुआ।";
    }
}

/// Fills one `{place}` of a word.
pub fn fill(text: &str, place: &str, value: &str) -> String {
    text.replace(&format!("{{{place}}}"), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_key_is_there_in_both_languages_with_the_same_places() {
        assert_eq!(Words::CONTRACT_KEYS.len(), 26);
        for key in Words::CONTRACT_KEYS {
            let (en, hi) = (EN.contract(key).unwrap(), HI.contract(key).unwrap());
            assert!(!en.is_empty() && !hi.is_empty());
            assert_eq!(places(en), places(hi), "{key}");
        }
        assert_eq!(EN.contract("nonsense"), None);
    }

    fn places(text: &str) -> std::collections::BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .collect()
    }

    #[test]
    fn both_languages_have_the_same_places() {
        for (en, hi) in PAIRS {
            assert_eq!(places(en), places(hi), "{en}");
        }
    }
}
