import { type Complaint, Complaints, writeComplaint } from '../../lib/language/complaint.ts';

/** For texts that must be sound: throws at the first complaint. */
export class NoComplaints extends Complaints {
  override add(complaint: Complaint): never {
    throw new Error(writeComplaint(complaint));
  }
}
