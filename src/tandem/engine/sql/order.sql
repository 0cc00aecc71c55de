-- order: the position of each event among all by its id.
select place, row_number() over (order by message_id) - 1 as position
from facts
