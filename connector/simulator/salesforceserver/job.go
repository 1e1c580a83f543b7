package salesforceserver

import "time"

// keptJobs is how many finished runs of the batch stay to be seen.
const keptJobs = 100

// addJobs makes the batch's class and schedule, for users who may view setup.
func (s *Server) addJobs(now time.Time) {
	s.system("ApexClass", s.newID("01p"), now, map[string]any{"Name": "ExternalAttendanceBatch", "NamespacePrefix": "teamspirit", "Status": "Active"})
	detail := s.system("CronJobDetail", s.newID("08a"), now, map[string]any{"Name": "勤怠連携バッチ", "JobType": "7"})
	s.system("CronTrigger", s.newID("08e"), now, map[string]any{"CronJobDetailId": detail.id(), "CronExpression": "0 0/10 * * * ?", "State": "WAITING"})
}

// noteJob records one run of the batch.
func (s *Server) noteJob(at time.Time) {
	trigger := s.table("CronTrigger").rows[0]
	count, _ := trigger.value("TimesTriggered").(float64)
	trigger.table.change(trigger, at, map[string]any{"PreviousFireTime": at, "NextFireTime": at.Add(time.Duration(s.switches.BatchInterval)), "TimesTriggered": count + 1})
	jobs := s.table("AsyncApexJob")
	fields := map[string]any{"ApexClassId": s.table("ApexClass").rows[0].id(), "JobType": "BatchApex", "Status": "Completed", "NumberOfErrors": 0.0, "JobItemsProcessed": 1.0, "TotalJobItems": 1.0, "CompletedDate": at}
	s.system("AsyncApexJob", s.newID(jobs.prefix), at, fields)
	if len(jobs.rows) > keptJobs {
		jobs.forget(jobs.rows[0])
	}
}
