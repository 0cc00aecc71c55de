-- linking: the calls that say who is who, as identity reads them.
select message_id, type, user_id, anonymous_id, workspace_id, epoch_us(occurred_at) as occurred_at, epoch_us(known_at) as known_at, source
from facts
where type in ('identify', 'group') and place >= $since
