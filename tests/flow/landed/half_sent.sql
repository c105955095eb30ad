BEGIN TRANSACTION;
CREATE TABLE alarm (
	issue TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	detail TEXT NOT NULL, 
	first_at BIGINT NOT NULL, 
	last_at BIGINT NOT NULL, 
	CONSTRAINT pk_alarm PRIMARY KEY (issue, kind)
)
 WITHOUT ROWID

;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE approval (
	mailing_id INTEGER NOT NULL, 
	approver TEXT NOT NULL, 
	manifest TEXT NOT NULL, 
	signature TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_approval PRIMARY KEY (mailing_id), 
	CONSTRAINT fk_approval_mailing_id FOREIGN KEY(mailing_id) REFERENCES mailing (id) ON DELETE CASCADE
);
CREATE TABLE attempt (
	id TEXT NOT NULL, 
	batch_id INTEGER NOT NULL, 
	posted_at BIGINT NOT NULL, 
	answered_at BIGINT, 
	outcome TEXT, 
	detail TEXT DEFAULT '' NOT NULL, members BLOB, 
	CONSTRAINT pk_attempt PRIMARY KEY (id), 
	CONSTRAINT fk_attempt_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id) ON DELETE CASCADE
);
INSERT INTO "attempt" VALUES('43cc14f20ec3f58c2b25',1,1000000000020000,1000000000022000,'accepted','',NULL);
INSERT INTO "attempt" VALUES('7db3e831b78f0f76ab8b',2,1000000000026000,1000000000028000,'account_refused','no credit',NULL);
CREATE TABLE batch (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	mailing_id INTEGER NOT NULL, 
	variant TEXT NOT NULL, 
	lo BIGINT NOT NULL, 
	hi BIGINT NOT NULL, 
	candidates INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	attempt TEXT, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	owner TEXT, 
	lease_until BIGINT, 
	not_before BIGINT DEFAULT '0' NOT NULL, 
	n INTEGER DEFAULT '0' NOT NULL, 
	members BLOB, 
	message_id TEXT, 
	changed_at BIGINT NOT NULL, only BLOB, decided_after BIGINT, 
	CONSTRAINT ck_batch_state CHECK (state in ('pending', 'claimed', 'posting', 'accepted', 'unknown', 'rejected', 'empty', 'cancelled', 'split')), 
	CONSTRAINT fk_batch_mailing_id FOREIGN KEY(mailing_id) REFERENCES mailing (id) ON DELETE CASCADE
);
INSERT INTO "batch" VALUES(1,1,'everyone',1,4,4,'accepted','43cc14f20ec3f58c2b25',1,NULL,NULL,0,4,X'01010101','message',1000000000022000,NULL,NULL);
INSERT INTO "batch" VALUES(2,1,'everyone',5,8,4,'pending','7db3e831b78f0f76ab8b',1,NULL,NULL,1000000000028000,0,NULL,NULL,1000000000028000,NULL,NULL);
INSERT INTO "batch" VALUES(3,1,'everyone',9,10,2,'pending',NULL,0,NULL,NULL,0,0,NULL,NULL,1000000000015000,NULL,NULL);
CREATE TABLE column_answer (
	list_id INTEGER NOT NULL, 
	header TEXT NOT NULL, 
	value TEXT NOT NULL, 
	meaning TEXT NOT NULL, 
	CONSTRAINT pk_column_answer PRIMARY KEY (list_id, header, value), 
	CONSTRAINT fk_column_answer_list_id FOREIGN KEY(list_id) REFERENCES list (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE consent (
	subscriber_id INTEGER NOT NULL, 
	list_id INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	source TEXT NOT NULL, 
	wording TEXT DEFAULT '' NOT NULL, 
	form TEXT DEFAULT '' NOT NULL, 
	evidence TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_consent PRIMARY KEY (subscriber_id, list_id, at, kind, source), 
	CONSTRAINT fk_consent_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE, 
	CONSTRAINT fk_consent_list_id FOREIGN KEY(list_id) REFERENCES list (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "consent" VALUES(1,1,1000000000001000,'confirmed','command','','','');
INSERT INTO "consent" VALUES(2,1,1000000000002000,'confirmed','command','','','');
INSERT INTO "consent" VALUES(3,1,1000000000003000,'confirmed','command','','','');
INSERT INTO "consent" VALUES(4,1,1000000000004000,'confirmed','command','','','');
INSERT INTO "consent" VALUES(5,1,1000000000005000,'confirmed','command','','','');
INSERT INTO "consent" VALUES(6,1,1000000000006000,'confirmed','command','','','');
INSERT INTO "consent" VALUES(7,1,1000000000007000,'confirmed','command','','','');
INSERT INTO "consent" VALUES(8,1,1000000000008000,'confirmed','command','','','');
INSERT INTO "consent" VALUES(9,1,1000000000009000,'confirmed','command','','','');
INSERT INTO "consent" VALUES(10,1,1000000000010000,'confirmed','command','','','');
CREATE TABLE decision (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	mailing_id INTEGER NOT NULL, 
	batch_id BIGINT NOT NULL, 
	attempt TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	verdict TEXT NOT NULL, 
	evidence TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT fk_decision_mailing_id FOREIGN KEY(mailing_id) REFERENCES mailing (id) ON DELETE CASCADE
);
CREATE TABLE erased (
	hash BLOB NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_erased PRIMARY KEY (hash)
)
 WITHOUT ROWID

;
CREATE TABLE event (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"key" BLOB NOT NULL, 
	kind TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	received_at BIGINT NOT NULL, 
	mailing_id INTEGER, 
	attempt TEXT, 
	subscriber_id BIGINT, 
	message_id TEXT DEFAULT '' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	machine INTEGER DEFAULT '0' NOT NULL, 
	raw TEXT, 
	CONSTRAINT uq_event_key UNIQUE ("key"), 
	CONSTRAINT fk_event_mailing_id FOREIGN KEY(mailing_id) REFERENCES mailing (id) ON DELETE CASCADE
);
CREATE TABLE exception (
	mailing_id INTEGER NOT NULL, 
	subscriber_id BIGINT NOT NULL, 
	batch_id BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_exception PRIMARY KEY (mailing_id, subscriber_id), 
	CONSTRAINT fk_exception_mailing_id FOREIGN KEY(mailing_id) REFERENCES mailing (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE limiter (
	name TEXT NOT NULL, 
	tat BIGINT NOT NULL, 
	CONSTRAINT pk_limiter PRIMARY KEY (name)
);
CREATE TABLE list (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT NOT NULL, 
	created_at BIGINT NOT NULL, "key" TEXT DEFAULT '' NOT NULL, title TEXT DEFAULT '' NOT NULL, archived_at BIGINT, 
	CONSTRAINT uq_list_name UNIQUE (name)
);
INSERT INTO "list" VALUES(1,'morning',1000000000001000,'morning','',NULL);
CREATE TABLE list_attribute (
	list_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	CONSTRAINT pk_list_attribute PRIMARY KEY (list_id, name), 
	CONSTRAINT fk_list_attribute_list_id FOREIGN KEY(list_id) REFERENCES list (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "list_attribute" VALUES(1,'city');
INSERT INTO "list_attribute" VALUES(1,'first_name');
INSERT INTO "list_attribute" VALUES(1,'last_name');
CREATE TABLE mailing (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	issue TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	provider TEXT NOT NULL, 
	state TEXT NOT NULL, 
	list_id INTEGER, 
	audience_at BIGINT NOT NULL, 
	plan_cursor BIGINT DEFAULT '0' NOT NULL, 
	planned INTEGER DEFAULT '0' NOT NULL, 
	manifest TEXT NOT NULL, 
	envelope TEXT NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	created_at BIGINT NOT NULL, 
	finished_at BIGINT, send_at BIGINT, requested_by TEXT DEFAULT '' NOT NULL, corrects TEXT, 
	CONSTRAINT ck_mailing_state CHECK (state in ('draft', 'scheduled', 'sending', 'paused', 'held', 'cancelled', 'finished')), 
	CONSTRAINT fk_mailing_list_id FOREIGN KEY(list_id) REFERENCES list (id)
);
INSERT INTO "mailing" VALUES(1,'first','first','sandbox','paused',1,1000000000011000,10,1,'{"source":"649d1e6161601fcc6dc22a71d748ea8bd4f7b41953539b05daf5e6fa65e5cc20","variants":{"everyone":"84e726effc8b2c7401d3becc2bcb0f70b716806a0253d24840fd6f9d1089ddd4"},"audience_at":1000000000011000,"date":"2026-03-02","send_at":null}','{"from_name":"Dig In","from_email":"news@example.org","reply_to":"","list_id":"<morning.example.org>"}','The provider refuses this account: no credit',1000000000013000,NULL,NULL,'root',NULL);
INSERT INTO "mailing" VALUES(2,'second','first','sandbox','held',1,1000000000030000,0,0,'{"source":"27f791101c4ac9dd1bddb1c78721711703b24f9392b3f0c2b6c989f4155d9855","variants":{"everyone":"bd2386082dda1a6eac454dbe1b5f123136a01599a85d14db90d57c63855b70fe"},"audience_at":1000000000030000,"date":"2026-03-02","send_at":1000000001032000}','{"from_name":"Dig In","from_email":"news@example.org","reply_to":"","list_id":"<morning.example.org>"}','its time had passed by more than grace_minutes before anybody could send it',1000000000033000,NULL,1000000001032000,'root',NULL);
CREATE TABLE picture (
	digest TEXT NOT NULL, 
	media_type TEXT NOT NULL, 
	content BLOB NOT NULL, 
	CONSTRAINT pk_picture PRIMARY KEY (digest)
);
CREATE TABLE secret (
	name TEXT NOT NULL, 
	value BLOB NOT NULL, 
	CONSTRAINT pk_secret PRIMARY KEY (name)
)
 WITHOUT ROWID

;
CREATE TABLE subscriber (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	email TEXT NOT NULL, 
	name TEXT DEFAULT '' NOT NULL, 
	attrs TEXT DEFAULT '{}' NOT NULL, 
	suppressed TEXT, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT uq_subscriber_email UNIQUE (email)
);
INSERT INTO "subscriber" VALUES(1,'ana@example.org','Ana Ruiz','{"city":"Faro"}',NULL,1000000000001000);
INSERT INTO "subscriber" VALUES(2,'bob@example.org','Bob <b>"x" & y','{}',NULL,1000000000002000);
INSERT INTO "subscriber" VALUES(3,'cem@bücher.example','Çem, Dr.','{"city":"Köln & Umland"}',NULL,1000000000003000);
INSERT INTO "subscriber" VALUES(4,'dag@example.org','','{"first_name":"Dagný","last_name":"n/a"}',NULL,1000000000004000);
INSERT INTO "subscriber" VALUES(5,'eve@example.org','Li; Eve','{"city":"100 % \\ \"q\""}',NULL,1000000000005000);
INSERT INTO "subscriber" VALUES(6,'fay@example.org','','{}',NULL,1000000000006000);
INSERT INTO "subscriber" VALUES(7,'gil@example.org','-nl.first_name- Gil','{"city":"-nl."}',NULL,1000000000007000);
INSERT INTO "subscriber" VALUES(8,'han@example.org','🌷 Han','{"city":"oraF"}',NULL,1000000000008000);
INSERT INTO "subscriber" VALUES(9,'ivo@example.org','Prof. Ivo van der Berg','{}',NULL,1000000000009000);
INSERT INTO "subscriber" VALUES(10,'joy@example.org','Joy Two','{}',NULL,1000000000010000);
CREATE TABLE subscription (
	list_id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	status TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_subscription PRIMARY KEY (list_id, subscriber_id), 
	CONSTRAINT ck_subscription_status CHECK (status in ('pending', 'confirmed', 'unsubscribed')), 
	CONSTRAINT fk_subscription_list_id FOREIGN KEY(list_id) REFERENCES list (id) ON DELETE CASCADE, 
	CONSTRAINT fk_subscription_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "subscription" VALUES(1,1,'confirmed',1000000000001000,1000000000001000);
INSERT INTO "subscription" VALUES(1,2,'confirmed',1000000000002000,1000000000002000);
INSERT INTO "subscription" VALUES(1,3,'confirmed',1000000000003000,1000000000003000);
INSERT INTO "subscription" VALUES(1,4,'confirmed',1000000000004000,1000000000004000);
INSERT INTO "subscription" VALUES(1,5,'confirmed',1000000000005000,1000000000005000);
INSERT INTO "subscription" VALUES(1,6,'confirmed',1000000000006000,1000000000006000);
INSERT INTO "subscription" VALUES(1,7,'confirmed',1000000000007000,1000000000007000);
INSERT INTO "subscription" VALUES(1,8,'confirmed',1000000000008000,1000000000008000);
INSERT INTO "subscription" VALUES(1,9,'confirmed',1000000000009000,1000000000009000);
INSERT INTO "subscription" VALUES(1,10,'confirmed',1000000000010000,1000000000010000);
CREATE TABLE suppression (
	email TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	CONSTRAINT pk_suppression PRIMARY KEY (email)
)
 WITHOUT ROWID

;
CREATE TABLE tally (
	mailing_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	CONSTRAINT pk_tally PRIMARY KEY (mailing_id, kind), 
	CONSTRAINT fk_tally_mailing_id FOREIGN KEY(mailing_id) REFERENCES mailing (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE variant (
	mailing_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	preheader TEXT NOT NULL, 
	html TEXT NOT NULL, 
	text TEXT NOT NULL, 
	fields TEXT NOT NULL, 
	CONSTRAINT pk_variant PRIMARY KEY (mailing_id, name), 
	CONSTRAINT fk_variant_mailing_id FOREIGN KEY(mailing_id) REFERENCES mailing (id) ON DELETE CASCADE
);
INSERT INTO "variant" VALUES(1,'everyone','-nl.first_name-, the river is back','For -nl.city.2-.','<!DOCTYPE html>
<html lang="en" dir="ltr" xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><head><title>Hello, the river is back</title><!--[if !mso]><!--><meta http-equiv="X-UA-Compatible" content="IE=edge"><!--<![endif]--><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<style>
#outlook a { padding: 0; }
body { margin: 0; padding: 0; -webkit-text-size-adjust: 100%; -ms-text-size-adjust: 100%; }
table, td { border-collapse: collapse; mso-table-lspace: 0pt; mso-table-rspace: 0pt; }
img { border: 0; height: auto; line-height: 100%; outline: none; text-decoration: none; -ms-interpolation-mode: bicubic; }
p { display: block; margin: 13px 0; }
</style>
<!--[if mso]>
<noscript>
<xml>
<o:OfficeDocumentSettings>
  <o:AllowPNG/>
  <o:PixelsPerInch>96</o:PixelsPerInch>
</o:OfficeDocumentSettings>
</xml>
</noscript>
<![endif]-->
<!--[if lte mso 11]>
<style>
.mj-outlook-group-fix { width:100% !important; }
</style>
<![endif]-->
<style>@media only screen and (min-width:480px) { .mj-column-per-100 { width:100% !important; max-width:100%; }  }</style><style media="screen and (min-width:480px)">.moz-text-html .mj-column-per-100 { width:100% !important; max-width:100%; } </style><style>table{border-collapse:separate}
h1,h2{text-wrap:balance}
.headline{overflow-wrap:break-word;-webkit-hyphens:auto;hyphens:auto;hyphenate-limit-chars:14 4 4}
.wider{background-image:linear-gradient(to left,rgba(128,128,128,0.3),rgba(128,128,128,0) 16px)}
.wider.turned{background-image:linear-gradient(to right,rgba(128,128,128,0.3),rgba(128,128,128,0) 16px)}
.mark[dir=rtl],[dir=rtl] .mark,[dir=rtl] .by,[dir=rtl] blockquote,blockquote[dir=rtl]{font-style:normal!important}
@media only screen and (max-width:480px){
.g>table>tbody>tr>td{padding-left:20px!important;padding-right:20px!important}
.h>table>tbody>tr>td{padding-left:16px!important}
.h-turned>table>tbody>tr>td{padding-right:16px!important}
.s,.card-turned{padding-left:14px!important}
.s-turned,.card{padding-right:14px!important}
.beside{padding-left:10px!important}
.beside-turned{padding-right:10px!important}
.name{font-size:30px!important;line-height:34px!important}
.headline{font-size:27px!important;line-height:32px!important}
.news{font-size:22px!important}
.mark{font-size:15px!important;line-height:20px!important}
.again{font-size:14px!important}
td,div,a,code{overflow-wrap:anywhere}
.data td,.data a,.data code{overflow-wrap:normal}
.data{font-size:14px!important}
.wide{background-image:linear-gradient(to left,rgba(128,128,128,0.3),rgba(128,128,128,0) 16px)}
.wide.turned{background-image:linear-gradient(to right,rgba(128,128,128,0.3),rgba(128,128,128,0) 16px)}
.data th,.data td{padding-left:4px!important;padding-right:4px!important}
}</style><style>@media (prefers-color-scheme:dark){
body,.page{background-color:#22201d!important}
.t,.t div,.headline,.by{color:#ece7de!important}
.m div,.count,.agenda,.again,.t .notes,s,.i img{color:#b9b0a3!important}
.day{display:none!important}
.night{display:inline!important}
.t ol{color:#ece7de!important}
.t a,.m a{color:#ece7de!important}
.card,.card-turned,.notice,code,pre{background-color:#2f2b27!important}
.card code,.card pre,.card-turned code,.card-turned pre{background-color:#22201d!important}
.card,.card-turned,.rule,.foot,.notes,hr,code,pre,.data td{border-color:#4a443d!important}
.data .head{border-color:#ece7de!important}
.past,.now,.card{border-left-color:#ce4a30!important}
.past-turned,.now-turned,.card-turned{border-right-color:#ce4a30!important}
}</style><style>[data-ogsc] body,[data-ogsc] .page{background-color:#22201d!important}
[data-ogsc] .t,[data-ogsc] .t div,[data-ogsc] .headline,[data-ogsc] .by{color:#ece7de!important}
[data-ogsc] .m div,[data-ogsc] .count,[data-ogsc] .agenda,[data-ogsc] .again,[data-ogsc] .t .notes,[data-ogsc] s,[data-ogsc] .i img{color:#b9b0a3!important}
[data-ogsc] .day{display:none!important}
[data-ogsc] .night{display:inline!important}
[data-ogsc] .t ol{color:#ece7de!important}
[data-ogsc] .t a,[data-ogsc] .m a{color:#ece7de!important}
[data-ogsc] .card,[data-ogsc] .card-turned,[data-ogsc] .notice,[data-ogsc] code,[data-ogsc] pre{background-color:#2f2b27!important}
[data-ogsc] .card code,[data-ogsc] .card pre,[data-ogsc] .card-turned code,[data-ogsc] .card-turned pre{background-color:#22201d!important}
[data-ogsc] .card,[data-ogsc] .card-turned,[data-ogsc] .rule,[data-ogsc] .foot,[data-ogsc] .notes,[data-ogsc] hr,[data-ogsc] code,[data-ogsc] pre,[data-ogsc] .data td{border-color:#4a443d!important}
[data-ogsc] .data .head{border-color:#ece7de!important}
[data-ogsc] .past,[data-ogsc] .now,[data-ogsc] .card{border-left-color:#ce4a30!important}
[data-ogsc] .past-turned,[data-ogsc] .now-turned,[data-ogsc] .card-turned{border-right-color:#ce4a30!important}</style><style>@media print{
body,.page,.card,.card-turned,.notice{background-color:#ffffff!important}
.t,.t div,.t a,.m div,.m a,.headline,.by,.count,.agenda,.again,.t .notes,s{color:#000000!important}
.g>table,.g>table>tbody,.g>table>tbody>tr,.g>table>tbody>tr>td,.mj-outlook-group-fix,.mj-outlook-group-fix>table,.mj-outlook-group-fix>table>tbody,.mj-outlook-group-fix>table>tbody>tr{display:block!important}
.mj-outlook-group-fix>table>tbody>tr>td{display:flow-root!important}
.last>table>tbody>tr>td{padding:24px 0 0!important}
h1,h2,h3,h4,h5,h6,.h,.h-turned,.count,.i{break-after:avoid}
img,.data tr,blockquote,pre,.notice,.foot{break-inside:avoid}
img{max-height:220mm;width:auto!important;max-width:100%}
.wide{overflow:visible!important;background-image:none!important}
.wider .data,.wider code{font-size:9px!important;line-height:12px!important}
.wider .data th,.wider .data td{padding:3px!important}
p,li{orphans:3;widows:3}
}</style><meta name="color-scheme" content="light dark">
  <meta name="supported-color-schemes" content="light dark">
  <meta name="format-detection" content="telephone=no,date=no,address=no,email=no"><!--[if mso]><style>td,div,p,h1,h2,h3,h4,li{mso-line-height-rule:exactly}</style><![endif]--></head><body style="word-spacing:normal;background-color:#fcf9f3;"><div aria-label="Hello, the river is back" aria-roledescription="email" class="page" role="article" lang="en" dir="ltr" style="background-color:#fcf9f3;"><div style="display:none;font-size:1px;color:#211d19;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden">For -nl.city.2.h-.͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ </div><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" width="640" class="g-outlook" style="width:640px;"><tr><td style="line-height:0px;font-size:0px;mso-line-height-rule:exactly;"><![endif]--><div class="g" style="margin:0px auto;max-width:640px;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" style="width:100%;"><tbody><tr><td style="direction:ltr;font-size:0px;padding:32px 32px 0;text-align:left;"><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation"><tr><![endif]--><!--[if mso | IE]><td style="vertical-align:top;width:640px;"><![endif]--><div class="mj-outlook-group-fix mj-column-per-100" style="font-size:0px;text-align:left;direction:ltr;display:inline-block;vertical-align:top;width:100%;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" width="100%" style="vertical-align:top;"><tbody><tr><td align="left" class="t mast" style="color:#211d19; border-top:4px solid; font-size:0; padding:20px 0 0; word-break:break-word"><div style="font-family:Charter, Georgia, serif;font-size:17px;line-height:1.55;text-align:left;color:#211d19;"><p class="name" style="margin:0; font-size:40px; line-height:44px; font-weight:bold; letter-spacing:-0.02em">Dig In</p></div></td></tr><tr><td align="left" class="m rule" style="border-bottom:1px solid #d8cdbd; font-size:0; padding:8px 0 20px; word-break:break-word"><div style="font-family:-apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif;font-size:14px;line-height:20px;text-align:left;color:#5e554b;"><span>2 March 2026 · 1 min read</span></div></td></tr></tbody></table></div><!--[if mso | IE]></td><![endif]--><!--[if mso | IE]></tr></table><![endif]--></td></tr></tbody></table></div><!--[if mso | IE]></td></tr></table><![endif]--><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" width="640" class="g-outlook" style="width:640px;"><tr><td style="line-height:0px;font-size:0px;mso-line-height-rule:exactly;"><![endif]--><div class="g" style="margin:0px auto;max-width:640px;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" style="width:100%;"><tbody><tr><td style="direction:ltr;font-size:0px;padding:40px 32px 0;text-align:left;"><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation"><tr><![endif]--><!--[if mso | IE]><td style="vertical-align:top;width:640px;"><![endif]--><div class="mj-outlook-group-fix mj-column-per-100" style="font-size:0px;text-align:left;direction:ltr;display:inline-block;vertical-align:top;width:100%;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" width="100%" style="vertical-align:top;"><tbody><tr><td align="left" class="t" style="font-size:0px;padding:0;word-break:break-word;"><div style="font-family:Charter, Georgia, serif;font-size:17px;line-height:1.55;text-align:left;color:#211d19;"><h1 class="headline" style="font-size:32px; line-height:38px; letter-spacing:-0.01em; margin:0 0 20px">The river that came back</h1></div></td></tr><tr><td align="left" class="t" style="font-size:0px;padding:0;word-break:break-word;"><div style="font-family:Charter, Georgia, serif;font-size:20px;line-height:30px;text-align:left;color:#211d19;"><p style="margin:0 0 24px">Good morning, -nl.first_name.2.h-.</p></div></td></tr><tr><td align="left" class="t s card" style="background-color:#f4ebdd; border:1px solid #d8cdbd; border-left:4px dashed #ce4a30; font-size:0; padding:20px 20px 0; word-break:break-word" bgcolor="#f4ebdd"><div style="font-family:Charter, Georgia, serif;font-size:16px;line-height:25px;text-align:left;color:#211d19;"><h2 class="mark" style="font-size:17px; line-height:24px; font-style:italic; margin:0 0 8px">Some shit you should know before you dig in</h2><p style="margin:0 0 24px">The gauge at the mill was read in 2019 by -nl.last_name.h-.</p></div></td></tr><tr><td style="font-size:0px;word-break:break-word;"><div style="height:6px;line-height:6px;"> </div></td></tr><tr><td class="past" style="border-left:4px dashed #ce4a30; font-size:0; word-break:break-word"><div style="height:20px;line-height:20px;"> </div></td></tr></tbody></table></div><!--[if mso | IE]></td><![endif]--><!--[if mso | IE]></tr></table><![endif]--></td></tr></tbody></table></div><!--[if mso | IE]></td></tr></table><![endif]--><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" width="640" class="g h-outlook" style="width:640px;"><tr><td style="line-height:0px;font-size:0px;mso-line-height-rule:exactly;"><![endif]--><div class="g h" style="margin:0px auto;max-width:640px;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" style="width:100%;"><tbody><tr><td style="direction:ltr;font-size:0px;padding:0 32px;padding-left:28px;text-align:left;"><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation"><tr><![endif]--><!--[if mso | IE]><td style="vertical-align:top;width:612px;"><![endif]--><div class="mj-outlook-group-fix mj-column-per-100" style="font-size:0px;text-align:left;direction:ltr;display:inline-block;vertical-align:top;width:100%;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" width="100%" style="vertical-align:top;"><tbody><tr><td align="left" class="t" style="font-size:0px;padding:0;word-break:break-word;"><div style="font-family:Charter, Georgia, serif;font-size:1px;line-height:1px;text-align:left;color:#211d19;"><table role="presentation" cellpadding="0" cellspacing="0" border="0" width="100%" dir="ltr" style="border-collapse:separate"><tr><td width="4" height="9"></td><td width="8"></td><td class="beside" rowspan="3" style="padding:0;padding-left:16px"><h2 class="news" style="font-size:24px; line-height:30px; margin:0 0 8px">What’s going on now</h2></td></tr><tr><td class="dot" colspan="2" height="12" style="box-sizing:border-box;border:6px solid #ce4a30;border-radius:6px"></td></tr><tr><td></td><td class="joint" height="17" style="border-left:4px solid #ce4a30"></td></tr></table></div></td></tr></tbody></table></div><!--[if mso | IE]></td><![endif]--><!--[if mso | IE]></tr></table><![endif]--></td></tr></tbody></table></div><!--[if mso | IE]></td></tr></table><![endif]--><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" width="640" class="g-outlook" style="width:640px;"><tr><td style="line-height:0px;font-size:0px;mso-line-height-rule:exactly;"><![endif]--><div class="g" style="margin:0px auto;max-width:640px;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" style="width:100%;"><tbody><tr><td style="direction:ltr;font-size:0px;padding:0 32px;text-align:left;"><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation"><tr><![endif]--><!--[if mso | IE]><td style="vertical-align:top;width:640px;"><![endif]--><div class="mj-outlook-group-fix mj-column-per-100" style="font-size:0px;text-align:left;direction:ltr;display:inline-block;vertical-align:top;width:100%;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" width="100%" style="vertical-align:top;"><tbody><tr><td align="left" class="t s now" style="border-left:4px solid #ce4a30; font-size:0; padding:0; padding-left:20px; word-break:break-word"><div style="font-family:Charter, Georgia, serif;font-size:17px;line-height:1.55;text-align:left;color:#211d19;"><p class="carry" style="margin:0 0 24px; font-size:20px; line-height:30px">Water stands in -nl.city.h- — at 90 % of the wall.</p></div></td></tr></tbody></table></div><!--[if mso | IE]></td><![endif]--><!--[if mso | IE]></tr></table><![endif]--></td></tr></tbody></table></div><!--[if mso | IE]></td></tr></table><![endif]--><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" width="640" class="g last-outlook" style="width:640px;"><tr><td style="line-height:0px;font-size:0px;mso-line-height-rule:exactly;"><![endif]--><div class="g last" style="margin:0px auto;max-width:640px;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" style="width:100%;"><tbody><tr><td style="direction:ltr;font-size:0px;padding:64px 32px 64px;text-align:left;"><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation"><tr><![endif]--><!--[if mso | IE]><td style="vertical-align:top;width:576px;"><![endif]--><div class="mj-outlook-group-fix mj-column-per-100" style="font-size:0px;text-align:left;direction:ltr;display:inline-block;vertical-align:top;width:100%;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" width="100%" style="vertical-align:top;"><tbody><tr><td align="left" class="m foot" style="border-top:1px solid #d8cdbd; font-size:0; padding:16px 0 0; word-break:break-word"><div style="font-family:-apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif;font-size:14px;line-height:20px;text-align:left;color:#5e554b;"><p class="foot" style="margin:0 0 16px">You get Dig In because you signed up for it.</p><p class="foot" style="margin:0 0 16px"><a class="way" href="-nl.unsubscribe_url-" style="color:#211d19; text-decoration:underline; display:inline-block; padding:12px 0; margin-right:24px">Unsubscribe</a> <a class="way" href="-nl.preferences_url-" style="color:#211d19; text-decoration:underline; display:inline-block; padding:12px 0; margin-right:24px">Preferences</a> <a class="way" href="-nl.view_url-" style="color:#211d19; text-decoration:underline; display:inline-block; padding:12px 0; margin-right:24px">Read in the browser</a></p></div></td></tr></tbody></table></div><!--[if mso | IE]></td><![endif]--><!--[if mso | IE]></tr></table><![endif]--></td></tr></tbody></table></div><!--[if mso | IE]></td></tr></table><![endif]--></div></body></html>','Dig In
2 March 2026 · 1 min read


The river that came back
════════════════════════

Good morning, -nl.first_name.2-.

Some shit you should know before you dig in
───────────────────────────────────────────

The gauge at the mill was read in 2019 by -nl.last_name-.

What’s going on now
───────────────────

Water stands in -nl.city- — at 90 % of the wall.


————————
You get Dig In because you signed up for it.

Unsubscribe <-nl.unsubscribe_url->
Preferences <-nl.preferences_url->
Read in the browser <-nl.view_url->
','[["first_name","first_name","Hello"],["unsubscribe_url","unsubscribe_url",""],["view_url","view_url",""],["preferences_url","preferences_url",""],["first_name.2","first_name","reader"],["last_name","last_name","nobody"],["city","city","your town"],["city.2","city","everyone"]]');
INSERT INTO "variant" VALUES(2,'everyone','-nl.first_name-, the tide is back','For -nl.city.2-.','<!DOCTYPE html>
<html lang="en" dir="ltr" xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><head><title>Hello, the tide is back</title><!--[if !mso]><!--><meta http-equiv="X-UA-Compatible" content="IE=edge"><!--<![endif]--><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<style>
#outlook a { padding: 0; }
body { margin: 0; padding: 0; -webkit-text-size-adjust: 100%; -ms-text-size-adjust: 100%; }
table, td { border-collapse: collapse; mso-table-lspace: 0pt; mso-table-rspace: 0pt; }
img { border: 0; height: auto; line-height: 100%; outline: none; text-decoration: none; -ms-interpolation-mode: bicubic; }
p { display: block; margin: 13px 0; }
</style>
<!--[if mso]>
<noscript>
<xml>
<o:OfficeDocumentSettings>
  <o:AllowPNG/>
  <o:PixelsPerInch>96</o:PixelsPerInch>
</o:OfficeDocumentSettings>
</xml>
</noscript>
<![endif]-->
<!--[if lte mso 11]>
<style>
.mj-outlook-group-fix { width:100% !important; }
</style>
<![endif]-->
<style>@media only screen and (min-width:480px) { .mj-column-per-100 { width:100% !important; max-width:100%; }  }</style><style media="screen and (min-width:480px)">.moz-text-html .mj-column-per-100 { width:100% !important; max-width:100%; } </style><style>table{border-collapse:separate}
h1,h2{text-wrap:balance}
.headline{overflow-wrap:break-word;-webkit-hyphens:auto;hyphens:auto;hyphenate-limit-chars:14 4 4}
.wider{background-image:linear-gradient(to left,rgba(128,128,128,0.3),rgba(128,128,128,0) 16px)}
.wider.turned{background-image:linear-gradient(to right,rgba(128,128,128,0.3),rgba(128,128,128,0) 16px)}
.mark[dir=rtl],[dir=rtl] .mark,[dir=rtl] .by,[dir=rtl] blockquote,blockquote[dir=rtl]{font-style:normal!important}
@media only screen and (max-width:480px){
.g>table>tbody>tr>td{padding-left:20px!important;padding-right:20px!important}
.h>table>tbody>tr>td{padding-left:16px!important}
.h-turned>table>tbody>tr>td{padding-right:16px!important}
.s,.card-turned{padding-left:14px!important}
.s-turned,.card{padding-right:14px!important}
.beside{padding-left:10px!important}
.beside-turned{padding-right:10px!important}
.name{font-size:30px!important;line-height:34px!important}
.headline{font-size:27px!important;line-height:32px!important}
.news{font-size:22px!important}
.mark{font-size:15px!important;line-height:20px!important}
.again{font-size:14px!important}
td,div,a,code{overflow-wrap:anywhere}
.data td,.data a,.data code{overflow-wrap:normal}
.data{font-size:14px!important}
.wide{background-image:linear-gradient(to left,rgba(128,128,128,0.3),rgba(128,128,128,0) 16px)}
.wide.turned{background-image:linear-gradient(to right,rgba(128,128,128,0.3),rgba(128,128,128,0) 16px)}
.data th,.data td{padding-left:4px!important;padding-right:4px!important}
}</style><style>@media (prefers-color-scheme:dark){
body,.page{background-color:#22201d!important}
.t,.t div,.headline,.by{color:#ece7de!important}
.m div,.count,.agenda,.again,.t .notes,s,.i img{color:#b9b0a3!important}
.day{display:none!important}
.night{display:inline!important}
.t ol{color:#ece7de!important}
.t a,.m a{color:#ece7de!important}
.card,.card-turned,.notice,code,pre{background-color:#2f2b27!important}
.card code,.card pre,.card-turned code,.card-turned pre{background-color:#22201d!important}
.card,.card-turned,.rule,.foot,.notes,hr,code,pre,.data td{border-color:#4a443d!important}
.data .head{border-color:#ece7de!important}
.past,.now,.card{border-left-color:#ce4a30!important}
.past-turned,.now-turned,.card-turned{border-right-color:#ce4a30!important}
}</style><style>[data-ogsc] body,[data-ogsc] .page{background-color:#22201d!important}
[data-ogsc] .t,[data-ogsc] .t div,[data-ogsc] .headline,[data-ogsc] .by{color:#ece7de!important}
[data-ogsc] .m div,[data-ogsc] .count,[data-ogsc] .agenda,[data-ogsc] .again,[data-ogsc] .t .notes,[data-ogsc] s,[data-ogsc] .i img{color:#b9b0a3!important}
[data-ogsc] .day{display:none!important}
[data-ogsc] .night{display:inline!important}
[data-ogsc] .t ol{color:#ece7de!important}
[data-ogsc] .t a,[data-ogsc] .m a{color:#ece7de!important}
[data-ogsc] .card,[data-ogsc] .card-turned,[data-ogsc] .notice,[data-ogsc] code,[data-ogsc] pre{background-color:#2f2b27!important}
[data-ogsc] .card code,[data-ogsc] .card pre,[data-ogsc] .card-turned code,[data-ogsc] .card-turned pre{background-color:#22201d!important}
[data-ogsc] .card,[data-ogsc] .card-turned,[data-ogsc] .rule,[data-ogsc] .foot,[data-ogsc] .notes,[data-ogsc] hr,[data-ogsc] code,[data-ogsc] pre,[data-ogsc] .data td{border-color:#4a443d!important}
[data-ogsc] .data .head{border-color:#ece7de!important}
[data-ogsc] .past,[data-ogsc] .now,[data-ogsc] .card{border-left-color:#ce4a30!important}
[data-ogsc] .past-turned,[data-ogsc] .now-turned,[data-ogsc] .card-turned{border-right-color:#ce4a30!important}</style><style>@media print{
body,.page,.card,.card-turned,.notice{background-color:#ffffff!important}
.t,.t div,.t a,.m div,.m a,.headline,.by,.count,.agenda,.again,.t .notes,s{color:#000000!important}
.g>table,.g>table>tbody,.g>table>tbody>tr,.g>table>tbody>tr>td,.mj-outlook-group-fix,.mj-outlook-group-fix>table,.mj-outlook-group-fix>table>tbody,.mj-outlook-group-fix>table>tbody>tr{display:block!important}
.mj-outlook-group-fix>table>tbody>tr>td{display:flow-root!important}
.last>table>tbody>tr>td{padding:24px 0 0!important}
h1,h2,h3,h4,h5,h6,.h,.h-turned,.count,.i{break-after:avoid}
img,.data tr,blockquote,pre,.notice,.foot{break-inside:avoid}
img{max-height:220mm;width:auto!important;max-width:100%}
.wide{overflow:visible!important;background-image:none!important}
.wider .data,.wider code{font-size:9px!important;line-height:12px!important}
.wider .data th,.wider .data td{padding:3px!important}
p,li{orphans:3;widows:3}
}</style><meta name="color-scheme" content="light dark">
  <meta name="supported-color-schemes" content="light dark">
  <meta name="format-detection" content="telephone=no,date=no,address=no,email=no"><!--[if mso]><style>td,div,p,h1,h2,h3,h4,li{mso-line-height-rule:exactly}</style><![endif]--></head><body style="word-spacing:normal;background-color:#fcf9f3;"><div aria-label="Hello, the tide is back" aria-roledescription="email" class="page" role="article" lang="en" dir="ltr" style="background-color:#fcf9f3;"><div style="display:none;font-size:1px;color:#211d19;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden">For -nl.city.2.h-.͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ ͏‌ </div><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" width="640" class="g-outlook" style="width:640px;"><tr><td style="line-height:0px;font-size:0px;mso-line-height-rule:exactly;"><![endif]--><div class="g" style="margin:0px auto;max-width:640px;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" style="width:100%;"><tbody><tr><td style="direction:ltr;font-size:0px;padding:32px 32px 0;text-align:left;"><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation"><tr><![endif]--><!--[if mso | IE]><td style="vertical-align:top;width:640px;"><![endif]--><div class="mj-outlook-group-fix mj-column-per-100" style="font-size:0px;text-align:left;direction:ltr;display:inline-block;vertical-align:top;width:100%;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" width="100%" style="vertical-align:top;"><tbody><tr><td align="left" class="t mast" style="color:#211d19; border-top:4px solid; font-size:0; padding:20px 0 0; word-break:break-word"><div style="font-family:Charter, Georgia, serif;font-size:17px;line-height:1.55;text-align:left;color:#211d19;"><p class="name" style="margin:0; font-size:40px; line-height:44px; font-weight:bold; letter-spacing:-0.02em">Dig In</p></div></td></tr><tr><td align="left" class="m rule" style="border-bottom:1px solid #d8cdbd; font-size:0; padding:8px 0 20px; word-break:break-word"><div style="font-family:-apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif;font-size:14px;line-height:20px;text-align:left;color:#5e554b;"><span>2 March 2026 · 1 min read</span></div></td></tr></tbody></table></div><!--[if mso | IE]></td><![endif]--><!--[if mso | IE]></tr></table><![endif]--></td></tr></tbody></table></div><!--[if mso | IE]></td></tr></table><![endif]--><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" width="640" class="g-outlook" style="width:640px;"><tr><td style="line-height:0px;font-size:0px;mso-line-height-rule:exactly;"><![endif]--><div class="g" style="margin:0px auto;max-width:640px;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" style="width:100%;"><tbody><tr><td style="direction:ltr;font-size:0px;padding:40px 32px 0;text-align:left;"><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation"><tr><![endif]--><!--[if mso | IE]><td style="vertical-align:top;width:640px;"><![endif]--><div class="mj-outlook-group-fix mj-column-per-100" style="font-size:0px;text-align:left;direction:ltr;display:inline-block;vertical-align:top;width:100%;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" width="100%" style="vertical-align:top;"><tbody><tr><td align="left" class="t" style="font-size:0px;padding:0;word-break:break-word;"><div style="font-family:Charter, Georgia, serif;font-size:17px;line-height:1.55;text-align:left;color:#211d19;"><h1 class="headline" style="font-size:32px; line-height:38px; letter-spacing:-0.01em; margin:0 0 20px">The tide that came back</h1></div></td></tr><tr><td align="left" class="t" style="font-size:0px;padding:0;word-break:break-word;"><div style="font-family:Charter, Georgia, serif;font-size:20px;line-height:30px;text-align:left;color:#211d19;"><p style="margin:0 0 24px">Good morning, -nl.first_name.2.h-.</p></div></td></tr><tr><td align="left" class="t s card" style="background-color:#f4ebdd; border:1px solid #d8cdbd; border-left:4px dashed #ce4a30; font-size:0; padding:20px 20px 0; word-break:break-word" bgcolor="#f4ebdd"><div style="font-family:Charter, Georgia, serif;font-size:16px;line-height:25px;text-align:left;color:#211d19;"><h2 class="mark" style="font-size:17px; line-height:24px; font-style:italic; margin:0 0 8px">Some shit you should know before you dig in</h2><p style="margin:0 0 24px">The gauge at the mill was read in 2019 by -nl.last_name.h-.</p></div></td></tr><tr><td style="font-size:0px;word-break:break-word;"><div style="height:6px;line-height:6px;"> </div></td></tr><tr><td class="past" style="border-left:4px dashed #ce4a30; font-size:0; word-break:break-word"><div style="height:20px;line-height:20px;"> </div></td></tr></tbody></table></div><!--[if mso | IE]></td><![endif]--><!--[if mso | IE]></tr></table><![endif]--></td></tr></tbody></table></div><!--[if mso | IE]></td></tr></table><![endif]--><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" width="640" class="g h-outlook" style="width:640px;"><tr><td style="line-height:0px;font-size:0px;mso-line-height-rule:exactly;"><![endif]--><div class="g h" style="margin:0px auto;max-width:640px;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" style="width:100%;"><tbody><tr><td style="direction:ltr;font-size:0px;padding:0 32px;padding-left:28px;text-align:left;"><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation"><tr><![endif]--><!--[if mso | IE]><td style="vertical-align:top;width:612px;"><![endif]--><div class="mj-outlook-group-fix mj-column-per-100" style="font-size:0px;text-align:left;direction:ltr;display:inline-block;vertical-align:top;width:100%;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" width="100%" style="vertical-align:top;"><tbody><tr><td align="left" class="t" style="font-size:0px;padding:0;word-break:break-word;"><div style="font-family:Charter, Georgia, serif;font-size:1px;line-height:1px;text-align:left;color:#211d19;"><table role="presentation" cellpadding="0" cellspacing="0" border="0" width="100%" dir="ltr" style="border-collapse:separate"><tr><td width="4" height="9"></td><td width="8"></td><td class="beside" rowspan="3" style="padding:0;padding-left:16px"><h2 class="news" style="font-size:24px; line-height:30px; margin:0 0 8px">What’s going on now</h2></td></tr><tr><td class="dot" colspan="2" height="12" style="box-sizing:border-box;border:6px solid #ce4a30;border-radius:6px"></td></tr><tr><td></td><td class="joint" height="17" style="border-left:4px solid #ce4a30"></td></tr></table></div></td></tr></tbody></table></div><!--[if mso | IE]></td><![endif]--><!--[if mso | IE]></tr></table><![endif]--></td></tr></tbody></table></div><!--[if mso | IE]></td></tr></table><![endif]--><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" width="640" class="g-outlook" style="width:640px;"><tr><td style="line-height:0px;font-size:0px;mso-line-height-rule:exactly;"><![endif]--><div class="g" style="margin:0px auto;max-width:640px;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" style="width:100%;"><tbody><tr><td style="direction:ltr;font-size:0px;padding:0 32px;text-align:left;"><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation"><tr><![endif]--><!--[if mso | IE]><td style="vertical-align:top;width:640px;"><![endif]--><div class="mj-outlook-group-fix mj-column-per-100" style="font-size:0px;text-align:left;direction:ltr;display:inline-block;vertical-align:top;width:100%;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" width="100%" style="vertical-align:top;"><tbody><tr><td align="left" class="t s now" style="border-left:4px solid #ce4a30; font-size:0; padding:0; padding-left:20px; word-break:break-word"><div style="font-family:Charter, Georgia, serif;font-size:17px;line-height:1.55;text-align:left;color:#211d19;"><p class="carry" style="margin:0 0 24px; font-size:20px; line-height:30px">Water stands in -nl.city.h- — at 90 % of the wall.</p></div></td></tr></tbody></table></div><!--[if mso | IE]></td><![endif]--><!--[if mso | IE]></tr></table><![endif]--></td></tr></tbody></table></div><!--[if mso | IE]></td></tr></table><![endif]--><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" width="640" class="g last-outlook" style="width:640px;"><tr><td style="line-height:0px;font-size:0px;mso-line-height-rule:exactly;"><![endif]--><div class="g last" style="margin:0px auto;max-width:640px;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" align="center" style="width:100%;"><tbody><tr><td style="direction:ltr;font-size:0px;padding:64px 32px 64px;text-align:left;"><!--[if mso | IE]><table border="0" cellpadding="0" cellspacing="0" role="presentation"><tr><![endif]--><!--[if mso | IE]><td style="vertical-align:top;width:576px;"><![endif]--><div class="mj-outlook-group-fix mj-column-per-100" style="font-size:0px;text-align:left;direction:ltr;display:inline-block;vertical-align:top;width:100%;"><table border="0" cellpadding="0" cellspacing="0" role="presentation" width="100%" style="vertical-align:top;"><tbody><tr><td align="left" class="m foot" style="border-top:1px solid #d8cdbd; font-size:0; padding:16px 0 0; word-break:break-word"><div style="font-family:-apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif;font-size:14px;line-height:20px;text-align:left;color:#5e554b;"><p class="foot" style="margin:0 0 16px">You get Dig In because you signed up for it.</p><p class="foot" style="margin:0 0 16px"><a class="way" href="-nl.unsubscribe_url-" style="color:#211d19; text-decoration:underline; display:inline-block; padding:12px 0; margin-right:24px">Unsubscribe</a> <a class="way" href="-nl.preferences_url-" style="color:#211d19; text-decoration:underline; display:inline-block; padding:12px 0; margin-right:24px">Preferences</a> <a class="way" href="-nl.view_url-" style="color:#211d19; text-decoration:underline; display:inline-block; padding:12px 0; margin-right:24px">Read in the browser</a></p></div></td></tr></tbody></table></div><!--[if mso | IE]></td><![endif]--><!--[if mso | IE]></tr></table><![endif]--></td></tr></tbody></table></div><!--[if mso | IE]></td></tr></table><![endif]--></div></body></html>','Dig In
2 March 2026 · 1 min read


The tide that came back
═══════════════════════

Good morning, -nl.first_name.2-.

Some shit you should know before you dig in
───────────────────────────────────────────

The gauge at the mill was read in 2019 by -nl.last_name-.

What’s going on now
───────────────────

Water stands in -nl.city- — at 90 % of the wall.


————————
You get Dig In because you signed up for it.

Unsubscribe <-nl.unsubscribe_url->
Preferences <-nl.preferences_url->
Read in the browser <-nl.view_url->
','[["first_name","first_name","Hello"],["unsubscribe_url","unsubscribe_url",""],["view_url","view_url",""],["preferences_url","preferences_url",""],["first_name.2","first_name","reader"],["last_name","last_name","nobody"],["city","city","your town"],["city.2","city","everyone"]]');
CREATE INDEX ix_mailing_issue ON mailing (issue);
CREATE INDEX ix_subscription_subscriber_id ON subscription (subscriber_id);
CREATE INDEX ix_batch_mailing_id_lo ON batch (mailing_id, lo);
CREATE INDEX ix_batch_open ON batch (mailing_id, lease_until) WHERE state in ('claimed', 'posting');
CREATE INDEX ix_batch_ready ON batch (mailing_id, not_before) WHERE state = 'pending';
CREATE INDEX ix_exception_batch_id ON exception (batch_id);
CREATE INDEX ix_attempt_batch_id ON attempt (batch_id);
CREATE INDEX ix_event_subscriber_id_mailing_id ON event (subscriber_id, mailing_id);
CREATE INDEX ix_event_attempt ON event (attempt);
CREATE INDEX ix_decision_mailing_id ON decision (mailing_id);
CREATE UNIQUE INDEX uq_list_key ON list ("key");
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('list',1);
INSERT INTO "sqlite_sequence" VALUES('subscriber',10);
INSERT INTO "sqlite_sequence" VALUES('mailing',2);
INSERT INTO "sqlite_sequence" VALUES('batch',3);
COMMIT;
