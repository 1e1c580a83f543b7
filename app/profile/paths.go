package profile

import "path/filepath"

const settingsName = "settings.toml"

// Dir is the folder itself.
func (p *Profile) Dir() string { return p.dir }

// KeychainService is the name under which this profile's secrets stand in the keychain; no two profiles share it.
func (p *Profile) KeychainService() string { return "jp.dakokubridge.app/" + p.id }

// Settings is the file that a person may edit.
func (p *Profile) Settings() string { return filepath.Join(p.dir, settingsName) }

// SettingsIn is where the settings of the profile in dir are, whether there is such a profile or not. An empty dir is [DefaultDir].
func SettingsIn(dir string) (string, error) {
	if dir == "" {
		byDefault, err := DefaultDir()
		if err != nil {
			return "", err
		}
		dir = byDefault
	}
	return filepath.Join(dir, settingsName), nil
}

// IsDefault tells whether this is the profile of a start without --profile.
func (p *Profile) IsDefault() bool {
	dir, err := DefaultDir()
	return err == nil && dir == p.dir
}

// ShortID tells this profile from the others of this user, for names that people may see: 8 letters and digits.
func (p *Profile) ShortID() string { return p.id[:8] }

// Database is SQLite's file; -wal and -shm lie beside it.
func (p *Profile) Database() string { return filepath.Join(p.dir, "dakokubridge.db") }

// Lock is held by the process that owns the profile.
func (p *Profile) Lock() string { return filepath.Join(p.dir, "lock") }

// Logs is the folder of the rotated logs.
func (p *Profile) Logs() string { return filepath.Join(p.dir, "logs") }

// Log is the log that is written now.
func (p *Profile) Log() string { return filepath.Join(p.Logs(), "dakokubridge.log") }

// socket is where the owner listens, if the path is short enough for one.
func (p *Profile) socket() string { return filepath.Join(p.dir, "owner.sock") }

// ownerFile says where the owner listens.
func (p *Profile) ownerFile() string { return filepath.Join(p.dir, "owner") }

func (p *Profile) idFile() string { return filepath.Join(p.dir, "profile-id") }
