package salesforceserver

// SetRole gives a user another role, as an administrator does who changes the profile, permission sets and sharing: what the user may see and do
// is another from the next request on. False when there is no such user or role.
func (s *Server) SetRole(username, role string) bool {
	defer s.enter()()
	u := s.names[lower(username)]
	switch role {
	case RoleAdmin, RoleObjectAdmin, RoleEditor, RoleEmployee:
	default:
		return false
	}
	if u == nil {
		return false
	}
	u.Role = role
	return s.linkUsers(s.now()) == nil
}
