package main

// faultCase is a case of the board. Its id never changes, and no case is ever taken off.
type faultCase struct {
	id, name string
	by       []string // tests that prove it without carrying its id, by package and name
	manual   bool     // only a person on a real desktop can try it
}

type group struct {
	name     string // in English, with its letter before it
	japanese string
	cases    []faultCase
}

func c(id, name string, by ...string) faultCase { return faultCase{id: id, name: name, by: by} }

func byHand(id, name string) faultCase { return faultCase{id: id, name: name, manual: true} }

var groups = []group{
	{"A process crash and power", "強制終了と停電", []faultCase{
		c("A01", "kill9-before-ingest-commit"), c("A02", "kill9-after-ingest-before-decide"), c("A03", "kill9-after-outbox-before-send"),
		c("A04", "kill9-after-send-before-ack-commit"), c("A05", "kill9-in-05:00-run"), c("A06", "kill9-loop-200"), c("A07", "restart-every-10-percent"),
		c("A08", "power-cut-any-write"), c("A09", "power-cut-in-checkpoint"), c("A10", "power-cut-in-migration"), c("A12", "crash-loop"),
		c("A13", "panic-in-worker", "connector/proof.TestPanicInADecision", "connector/proof.TestPanicInACall"), c("A14", "os-shutdown-during-drain", "connector/proof.TestTermination"),
	}},
	{"B storage faults", "ディスクとデータベース", []faultCase{
		c("B01", "disk-full"), c("B02", "io-error-nth"), c("B03", "fsync-error-once"), c("B04", "db-corrupt-page"),
		c("B06", "db-deleted", "connector.TestDatabaseLost"), c("B08", "read-only-file"), c("B09", "locked-by-backup-tool"), c("B10", "antivirus-rename-denied"),
		c("B11", "sqlite-version-guard"), c("B12", "pool-exhaustion", "connector/proof.TestOneConnection", "connector/store.TestOneConnection"),
	}},
	{"C clock, sleep, time zone", "時計・スリープ・時間帯", []faultCase{
		c("C01", "sleep-over-0500", "connector.TestAsleepOver0500"), c("C02", "sleep-3-days", "connector.TestAsleepOver0500"), c("C03", "darkwake-55s"),
		c("C04", "clock-fast-12h", "connector.TestWrongClock"), c("C05", "clock-slow-12h", "connector.TestWrongClock"), c("C06", "clock-1970", "connector.TestWrongClock/1970"),
		c("C08", "clock-step-forward", "connector/engine.TestTrustedTimeAfterThePCsClockWasSet"), c("C09", "ntp-slew", "connector/engine.TestSmallStepsOfTheClock"),
		c("C10", "tz-new-york"), c("C11", "tz-changes-while-running"), c("C13", "boundary-exact"), c("C14", "month-year-leap-end"),
		c("C15", "no-server-date", "connector.TestNoServerTime"), c("C16", "sigstop-10min"),
	}},
	{"D network", "ネットワーク", []faultCase{
		c("D01", "offline-at-start", "connector.TestOfflineFromTheStart"), c("D02", "offline-5-days"), c("D03", "flap"), c("D04", "request-lost", "connector.TestUnknownOutcomes", "connector.TestBoardM11_AuditVersusSink"), c("D05", "response-lost", "connector.TestUnknownOutcomes", "connector.TestBoardM11_AuditVersusSink"),
		c("D06", "zombie-write", "connector.TestUnknownOutcomes"), c("D07", "slow-trickle"), c("D08", "blackhole-connected"), c("D11", "proxy-407 / tls-inspection"),
		c("D12", "dns-fail / dns-wrong-ip"), c("D13", "ipv6-blackhole"), c("D14", "gzip-bomb"), c("D15", "silent-http-replay"),
	}},
	{"E Akerun API behaviour", "AkerunのAPI", []faultCase{
		c("E01", "500-502-503-burst", "connector.TestServerTrouble"), c("E02", "429-with-retry-after", "connector.TestRetryAfter"), c("E03", "403-many-meanings", "connector.TestServerTrouble"),
		c("E04", "page-full", "connector/akerun.TestReadingAllAccessesWhateverTheServerIsLike"), c("E06", "window-edges", "connector/akerun.TestReadingAllAccessesWhateverTheServerIsLike"),
		c("E07", "duplicate-rows", "connector.TestVariants"), c("E09", "id-22-digits"), c("E10", "ids-not-monotonic", "connector.TestLateRows/event"),
		c("E12", "new-fields-and-enums", "connector.TestStrangeAccesses"), c("E13", "wrong-org-data", "connector.TestVariants"), c("E14", "history-shrinks"),
	}},
	{"F door-log content, late and doubled", "入退室の内容、遅れと重なり", []faultCase{
		c("F01", "late-3h-same-day"), c("F02", "late-over-0500"), c("F03", "late-5-days-device-offline"), c("F04", "late-after-month-lock"), c("F05", "out-of-order-two-doors"),
		c("F06", "double-tap"), c("F07", "device-clock+2h/-2h"), c("F08", "device-clock-1970/2099", "connector/attendance.TestPlausible"), c("F09", "push-button"), c("F10", "failed-or-denied-access"),
		c("F11", "remote-unlock-by-admin"), c("F12", "single-access-day"), c("F14", "access-exactly-0500"), c("F15", "weird-text"),
	}},
	{"G people and identity", "人とコード", []faultCase{
		c("G01", "rename-mid-day"), c("G02", "code-changed-mid-day", "connector.TestCodeChangedMidDay"), c("G04", "two-users-one-code", "connector.TestDuplicateCodes"), c("G06", "code-reused-after-leaving", "connector.TestCodeChangesHands"),
		c("G07", "code-format"), c("G08", "unknown-in-teamspirit", "connector.TestDuplicateCodes", "connector.TestJoiner"), c("G09", "retired-last-day-night", "connector.TestEmployment"), c("G10", "after-retirement-access", "connector.TestEmployment"), c("G11", "joins-today", "connector.TestJoiner"),
		c("G12", "guest / shared key"), c("G14", "excluded-by-admin", "connector.TestExcludedAtNoon"),
	}},
	{"H TeamSpirit / Salesforce write side", "TeamSpirit・Salesforceへの書き込み", []faultCase{
		c("H01", "batch-off", "connector.TestBatchOff"), c("H02", "status-エラー", "connector.TestRejected"), c("H03", "month-locked", "connector.TestRejected"), c("H04", "day-has-human-in", "connector.TestWebClockIn"),
		c("H06", "row-deleted-by-admin", "connector.TestRowDeleted", "connector.TestBoardHidden"), c("H07", "duplicate-value", "connector/teamspirit.TestASecondRowWithTheKey"),
		c("H09", "partial-success", "connector.TestPartialSuccess"), c("H10", "all-or-none-trap", "connector/teamspirit.TestTwoHundredRowsOfWhichTwoFail"),
		c("H11", "unable-to-lock-row", "connector.TestPartialSuccess"), c("H12", "request-limit-exceeded", "connector.TestServerTrouble"), c("H13", "maintenance", "connector.TestServerTrouble"), c("H14", "instance-moved", "connector/salesforce.TestAnInstanceThatMovedIsFollowedInsideTheOrg"),
		c("H15", "permission-cut", "connector.TestRightsLostWhileRunning"), c("H17", "html-error-page", "connector/salesforce.TestAnswersThatAreNotWhatWasPromised"),
		c("H19", "datetime-format", "connector/salesforce.TestParseDateTime"), c("H20", "rounding", "connector/engine.TestShownOnSheet", "connector/attendance.TestSubSecondsAreCutAndIDsBreakTies"),
	}},
	{"I authorisation and tokens", "ログインとトークン", []faultCase{
		c("I01", "access-token-expired", "connector.TestTokensRenewed"), c("I02", "refresh-rotates", "connector.TestTokensRenewed"), c("I03", "crash-between-refresh-and-persist"), c("I04", "refresh-response-lost"), c("I06", "two-goroutines-refresh"),
		c("I07", "revoked-by-admin", "connector.TestSignInLost"), c("I08", "five-approvals-limit"), c("I10", "link-owner-demoted", "connector.TestRightsLostWhileRunning"), c("I11", "authoriser-is-plain-employee", "connector.TestRightsBeforeBegin"),
		c("I12", "keychain-locked-at-boot"), c("I13", "keychain-too-big"), c("I14", "keychain-wiped"), c("I15", "expires_in"), c("I16", "idle-30-days"),
	}},
	{"J long absence, scale", "長い不在と規模", []faultCase{
		c("J01", "off-31-days"), c("J02", "1,000-staff-08:55-rush", "connector/proof.TestThreeDaysOfM"), c("J03", "year-run"), c("J04", "10M-events-db", "connector/store.TestHotPlans"), c("J05", "memory-and-handles"),
		c("J06", "slow-disk"), c("J07", "log-volume", "app/logs.TestALogIsPutAwayWhenItsDayIsOver", "app/logs.TestLogsStayWithinTheirSpace"), c("J09", "mass-late-upload"),
	}},
	{"K instances, lifecycle, upgrade", "起動・更新・複数のPC", []faultCase{
		c("K01", "second-instance"), c("K02", "two-PCs-same-org", "connector.TestTwoPCs"), c("K03", "lease-stale-after-kill9"), c("K05", "upgrade-with-full-outbox"), c("K07", "update-during-send", "connector/proof.TestTermination", "connector/proof.TestBoard_K05_UpgradeWithFullOutbox"),
		c("K08", "uninstall-reinstall"), byHand("K09", "user-switch"), byHand("K10", "autostart-missing"), c("K11", "rule-change"), c("K12", "clean-quit-resume"),
	}},
	{"L intruders on the PC and in the browser", "PCとブラウザーへの侵入", []faultCase{
		c("L01", "port-squatted-v4", "connector/salesforce.TestAPortThatIsTakenOnEitherAddressIsLeftAlone"), c("L02", "port-squatted-v6", "connector/salesforce.TestAPortThatIsTakenOnEitherAddressIsLeftAlone"),
		c("L03", "wrong-state", "connector/salesforce.TestStrayHitsChangeNothing"), c("L04", "state-missing / reused", "connector/salesforce.TestOnlyTheFirstReturnCounts"),
		c("L05", "login-csrf", "connector/salesforce.TestASignInToAnotherOrgIsRefusedAndTakenBack", "connector.TestUselessSignIns"), c("L06", "dns-rebinding", "connector/salesforce.TestForeignHostsAreRefused"),
		c("L08", "code-injection-pkce", "connector/salesforce.TestAnExchangeThatFails"), c("L09", "slowloris-on-listener", "connector/salesforce.TestHalfOpenConnectionsDoNotStopASignIn"),
		c("L10", "listener-open-only-in-login", "connector/salesforce.TestSignIn"), c("L11", "pasted-url-phish"), c("L13", "other-os-user-reads-files"), c("L14", "planted-config"), c("L15", "update-planted"),
	}},
	{"M secrets, privacy, audit", "秘密・個人情報・監査", []faultCase{
		c("M01", "canary-scan"), c("M02", "error-echo"), c("M04", "panic-dump"), c("M05", "debug-level"), c("M06", "personal-data-in-log"), c("M07", "db-at-rest"), c("M08", "retention-erase"),
		c("M09", "export-injection"), c("M10", "audit-edit"), c("M11", "audit-vs-sink"), c("M12", "soql-injection", "connector/teamspirit.TestCodesAndKeysThatAreSOQLStayText"), c("M13", "tls-floor"),
	}},
	{"N operator mistakes and mix-ups", "操作の誤りと取り違え", []faultCase{
		c("N01", "sandbox-token", "connector/salesforce.TestAnotherOrgGetsNoCall", "connector.TestUselessSignIns"), c("N03", "sandbox-refreshed-new-org-id", "connector/salesforce.TestUserInfoOfAnotherOrgIsRefused"),
		c("N04", "akerun-organisation-changed", "connector.TestOfficeChanged"), c("N05", "re-login-as-other-user", "connector.TestHandOver"), c("N07", "activation-date", "connector.TestStartLessThanAnHourAhead"),
		c("N08", "resend-button-mashed", "connector.TestRejected"), c("N09", "pause-for-a-week", "connector.TestPauseForAWeek"), c("N10", "mapping-csv-bad"), c("N11", "official-link-also-on"), c("N12", "poll-interval-extremes"),
		c("N13", "config-half-written"),
	}},
}
