package company

// reading is a name as written and as it stands in a mail address.
type reading struct{ kanji, roman string }

// Common surnames and given names; people who share one are told apart by number, as in real companies.
var (
	surnames = []reading{
		{"佐藤", "sato"}, {"鈴木", "suzuki"}, {"高橋", "takahashi"}, {"田中", "tanaka"}, {"伊藤", "ito"}, {"渡辺", "watanabe"},
		{"山本", "yamamoto"}, {"中村", "nakamura"}, {"小林", "kobayashi"}, {"加藤", "kato"}, {"吉田", "yoshida"}, {"山田", "yamada"},
		{"佐々木", "sasaki"}, {"山口", "yamaguchi"}, {"松本", "matsumoto"}, {"井上", "inoue"}, {"木村", "kimura"}, {"林", "hayashi"},
		{"斎藤", "saito"}, {"清水", "shimizu"}, {"山崎", "yamazaki"}, {"森", "mori"}, {"池田", "ikeda"}, {"橋本", "hashimoto"},
		{"阿部", "abe"}, {"石川", "ishikawa"}, {"山下", "yamashita"}, {"中島", "nakajima"}, {"石井", "ishii"}, {"小川", "ogawa"},
		{"前田", "maeda"}, {"岡田", "okada"}, {"長谷川", "hasegawa"}, {"藤田", "fujita"}, {"近藤", "kondo"}, {"𠮷野", "yoshino"},
		{"髙木", "takagi"}, {"遠藤", "endo"}, {"青木", "aoki"}, {"坂本", "sakamoto"},
	}
	givenNames = []reading{
		{"陽翔", "haruto"}, {"蓮", "ren"}, {"湊", "minato"}, {"大翔", "hiroto"}, {"悠真", "yuma"}, {"健太", "kenta"}, {"翔太", "shota"},
		{"拓也", "takuya"}, {"大輔", "daisuke"}, {"誠", "makoto"}, {"浩", "hiroshi"}, {"隆", "takashi"}, {"直樹", "naoki"},
		{"亮", "ryo"}, {"純一", "junichi"}, {"美咲", "misaki"}, {"陽菜", "hina"}, {"結衣", "yui"}, {"さくら", "sakura"}, {"葵", "aoi"},
		{"愛", "ai"}, {"真由美", "mayumi"}, {"恵", "megumi"}, {"由美子", "yumiko"}, {"裕子", "yuko"}, {"久美子", "kumiko"},
		{"明美", "akemi"}, {"千尋", "chihiro"}, {"香織", "kaori"}, {"智子", "tomoko"}, {"彩", "aya"}, {"舞", "mai"}, {"遥", "haruka"},
		{"楓", "kaede"}, {"凛", "rin"}, {"紬", "tsumugi"}, {"エミリー", "emily"}, {"マルコ", "marco"}, {"一郎", "ichiro"}, {"次郎", "jiro"},
	}
	doorNames = []string{"執務室表口", "執務室裏口", "会議室フロア", "倉庫", "サーバー室前", "受付", "休憩室", "研究室", "通用口", "駐車場口"}
)
